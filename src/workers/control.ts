// The verbs on the workers: pause, resume, drain, retry. None waits for a worker.
import type { Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { workerActions } from './actions.ts';
import { createAudited } from './audited.ts';
import { createDrains } from './drains.ts';
import { createKindPauses } from './kind-pauses.ts';
import { findObstacle } from './names.ts';
import { createPauses, type Restart } from './pauses.ts';
import type { WorkerRepository } from './repository.ts';
import { viewOf, type WorkersView } from './state.ts';

type Given = Pick<Kernel, 'config' | 'audit' | 'bus' | 'untilFree' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'counts' | 'retryFailed'>;
  pool: Restart;
};

export function createWorkers(given: Given) {
  const { config, repository, queue, audit, bus, untilFree, now } = given;
  const audited = createAudited(given);
  const drains = createDrains({ ...given, audited });

  return {
    view: () => viewWorkers(repository),
    /** Why there is no worker to pause, resume or drain; null when there is one. */
    obstacle: () => findObstacle(config, repository.living())?.message ?? null,
    ...createPauses({ ...given, audited, drains }),
    ...createKindPauses({ repository, audited, now }),
    forecast: drains.forecast,
    drain: drains.start,
    cancelDrain: drains.cancel,

    /** Queues failed entries again: all, or those of one kind, category or entry. Gives how many. */
    async retryFailed(selection: Parameters<EmbeddingQueue['retryFailed']>[0], by: Requester) {
      const retried = await queue.retryFailed(selection);
      const detail = { ...selection, entries: retried };
      await untilFree(() =>
        audit.record({ event: workerActions.retryFailed.name, outcome: 'ok', by, target: 'queue', detail }),
      );
      bus.emit('library');
      return retried;
    },
  };
}

function viewWorkers(repository: WorkerRepository): WorkersView {
  const control = repository.control();
  const pausedKinds = repository.pausedKinds();
  const lock = repository.libraryLock();
  const active = repository.activeDrain();
  const situation = { control, pausedKinds, lock, isDraining: active !== null };
  return {
    workers: repository.living().map((worker) => viewOf(worker, situation)),
    control,
    pausedKinds,
    lock,
    drain: active ?? (control.drain_id === null ? null : repository.findDrain(control.drain_id)),
  };
}
