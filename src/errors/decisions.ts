// People decide on groups: resolved until it is seen again, muted for good, or open.
import type { Requester } from '../core/audit.ts';
import { version } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { decisionActions } from './actions.ts';
import type { Collector } from './collector.ts';
import { type Group, groupTarget, type GroupState, unknownGroup } from './group.ts';
import type { GroupRepository } from './group-repository.ts';

/** `refusal`: why nothing was decided. */
export type Decision = { id: number } & ({ group: Group } | { refusal: AppError });

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & {
  repository: GroupRepository;
  collector: Pick<Collector, 'save'>;
};

export function createDecisions({ audit, bus, untilFree, now, repository, collector }: Given) {
  return {
    /** Returns the group. Throws `not_found`, and `wrong_state` for one in that state. */
    async decide(id: number, state: GroupState, by: Requester): Promise<Group> {
      const [decision] = await decideAll([id], state, by);
      if (decision && 'group' in decision) return decision.group;
      throw decision?.refusal ?? unknownGroup(id);
    },

    decideAll,
  };

  /** All in one transaction. Each has the audit row that it would have alone. */
  async function decideAll(given: number[], state: GroupState, by: Requester): Promise<Decision[]> {
    const ids = [...new Set(given)];
    // An error that was seen before must not bring back a group that is resolved now.
    await collector.save();
    const event = decisionActions[state].name;
    const decisions = await untilFree(() =>
      repository.transaction(() => ids.map((id): Decision => decideOne(id, state, by))),
    );
    for (const decision of decisions) {
      if ('group' in decision) continue;
      const { code, message } = decision.refusal;
      await untilFree(() => audit.refuse({ event, by, target: groupTarget(decision.id), code, message }));
    }
    if (decisions.some((decision) => 'group' in decision)) bus.emit('errors');
    return decisions;
  }

  /** Part of a transaction. */
  function decideOne(id: number, state: GroupState, by: Requester): Decision {
    const before = repository.find(id);
    if (!before) return { id, refusal: unknownGroup(id) };
    if (before.state === state)
      return { id, refusal: new AppError('wrong_state', `This group is ${state} already.`) };
    const group = repository.decide(id, state, { at: now().toISOString(), by: by.actor, version });
    const detail = {
      title: before.title,
      code: before.code,
      before: { state: before.state },
      after: { state: group.state },
    };
    const event = decisionActions[state].name;
    audit.record({ event, by, target: groupTarget(id), outcome: 'ok', detail });
    return { id, group };
  }
}
