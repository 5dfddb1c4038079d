// The verbs on the workers: pause, resume, drain, retry. None waits for a worker.
import type { Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import { workerActions } from './actions.ts';
import { createAudited } from './audited.ts';
import { createDrains } from './drains.ts';
import { findObstacle, requireWorkers } from './names.ts';
import type { WorkerRepository } from './repository.ts';
import { nothingPaused, readPauses, viewOf, type WorkersView } from './state.ts';

type Restart = { hasGivenUp(): boolean; startAgain(name?: string): void };

type Given = Pick<Kernel, 'config' | 'audit' | 'bus' | 'untilFree' | 'now'> & {
  repository: WorkerRepository;
  queue: Pick<EmbeddingQueue, 'counts' | 'retryFailed'>;
  pool: Restart;
};

export function createWorkers(given: Given) {
  const { config, repository, queue, audit, bus, untilFree, pool, now } = given;
  const audited = createAudited(given);
  const drains = createDrains({ ...given, audited });
  const reads = () => readPauses(repository);

  return {
    view: () => viewWorkers(repository),
    /** Why there is no worker to pause, resume or drain; null when there is one. */
    obstacle: () => findObstacle(config, repository.living())?.message ?? null,
    forecast: drains.forecast,
    drain: drains.start,
    cancelDrain: drains.cancel,

    /** Pauses all workers and ends a drain, or one, after its batch. A pause of all with a `reason` needs no worker, and
     *  is shown with it. A pause of all that some person or the server has begun stays as it is. Throws `not_found`,
     *  `no_workers`. */
    async pause(name: string | undefined, by: Requester, reason: string | null = null) {
      const left = await drains.pending();
      const entry = { event: workerActions.pause.name, by, target: targetOf(name), reads };
      await audited({ ...entry, ...(reason === null ? {} : { reason }) }, () => {
        if (name !== undefined || reason === null) requireWorkers(config, repository.living(), name);
        if (name !== undefined) return void repository.pause(name, by.actor);
        drains.cancelActive(left, by);
        const { paused_at, drain_id } = repository.control();
        if (paused_at !== null && drain_id === null) return;
        const begun = { paused_at: now().toISOString(), paused_by: by.actor, pause_reason: reason };
        repository.setControl({ ...begun, drain_id: null });
      });
    },

    /** Resumes all workers and ends a drain, or one; restarts given-up ones. Throws `not_found`, `no_workers`. */
    async resume(name: string | undefined, by: Requester) {
      const left = await drains.pending();
      await audited({ event: workerActions.resume.name, by, target: targetOf(name), reads }, () => {
        const control = repository.control();
        const needsNone = pool.hasGivenUp() || control.pause_reason !== null;
        if (name !== undefined || !needsNone) requireWorkers(config, repository.living(), name);
        const areAllPaused = control.paused_at !== null;
        // A drain that has just paused all waits for the current batches: it ends here.
        if (name === undefined || areAllPaused) drains.cancelActive(left, by);
        if (name === undefined) repository.resumeEach();
        else resumeOne(name, areAllPaused, by);
        repository.setControl(nothingPaused);
      });
      pool.startAgain(name);
    },

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

  /** When all are paused, each of the others is paused by itself, so that only this one goes on. */
  function resumeOne(name: string, areAllPaused: boolean, by: Requester) {
    if (areAllPaused) {
      for (const other of repository.living())
        if (other.name !== name && !other.paused_at) repository.pause(other.name, by.actor);
    }
    repository.resume(name);
  }
}

function viewWorkers(repository: WorkerRepository): WorkersView {
  const control = repository.control();
  const lock = repository.libraryLock();
  const active = repository.activeDrain();
  const isDraining = active !== null;
  return {
    workers: repository.living().map((worker) => viewOf(worker, { control, lock, isDraining })),
    control,
    lock,
    drain: active ?? (control.drain_id === null ? null : repository.findDrain(control.drain_id)),
  };
}

function targetOf(name: string | undefined): string {
  return name === undefined ? 'workers' : `worker:${name}`;
}
