// Pauses and resumes a kind of entries: workers leave it in the queue. A batch that has begun ends.
import type { Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Kind } from '../library/content.ts';
import { workerActions } from './actions.ts';
import type { Audited } from './audited.ts';
import type { WorkerRepository } from './repository.ts';

type Given = Pick<Kernel, 'now'> & {
  repository: Pick<WorkerRepository, 'pausedKinds' | 'setPausedKinds'>;
  audited: Audited;
};

export function createKindPauses({ repository, audited, now }: Given) {
  const entryOf = (event: string, kind: Kind, by: Requester) => {
    return { event, by, target: 'queue', detail: { kind }, reads: repository.pausedKinds };
  };
  return {
    /** A kind that is paused stays so, as its first pause says. */
    pauseKind: (kind: Kind, by: Requester) =>
      audited(entryOf(workerActions.pauseKind.name, kind, by), () => {
        const paused = repository.pausedKinds();
        if (paused[kind]) return;
        const pause = { at: now().toISOString(), by: by.actor, reason: by.reason };
        repository.setPausedKinds({ ...paused, [kind]: pause });
      }),

    resumeKind: (kind: Kind, by: Requester) =>
      audited(entryOf(workerActions.resumeKind.name, kind, by), () => {
        const { [kind]: _, ...paused } = repository.pausedKinds();
        repository.setPausedKinds(paused);
      }),
  };
}
