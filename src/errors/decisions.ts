// People decide on groups: resolved until it is seen again, muted for good, or open.
import { auditRefusal, type Requester } from '../core/audit.ts';
import { version } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { decisionActions } from './actions.ts';
import type { Collector } from './collector.ts';
import { type Group, groupTarget, type GroupState, unknownGroup } from './group.ts';
import type { GroupRepository } from './group-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & {
  repository: GroupRepository;
  collector: Pick<Collector, 'save'>;
};

export function createDecisions({ audit, bus, untilFree, now, repository, collector }: Given) {
  return {
    /** Returns the group. Throws `not_found`, and `wrong_state` for one in that state. */
    async decide(id: number, state: GroupState, by: Requester): Promise<Group> {
      // An error that was seen before must not bring back what is resolved now.
      await collector.save();
      const audited = { event: decisionActions[state].name, by, target: groupTarget(id) };
      const group = await untilFree(() =>
        auditRefusal(audit, audited, () =>
          repository.transaction(() => {
            const before = repository.find(id);
            if (!before) throw unknownGroup(id);
            if (before.state === state) throw new AppError('wrong_state', `This group is ${state} already.`);
            const after = repository.decide(id, state, { at: now().toISOString(), by: by.actor, version });
            const detail = {
              title: before.title,
              code: before.code,
              before: { state: before.state },
              after: { state: after.state },
            };
            audit.record({ ...audited, outcome: 'ok', detail });
            return after;
          }),
        ),
      );
      bus.emit('errors');
      return group;
    },
  };
}
