// Pauses and resumes all workers, or one.
import type { Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { workerActions } from './actions.ts';
import type { Audited } from './audited.ts';
import type { Drains } from './drains.ts';
import { requireWorkers } from './names.ts';
import type { WorkerRepository } from './repository.ts';
import { nothingPaused, readPauses } from './state.ts';

export type Restart = { hasGivenUp(): boolean; startAgain(name?: string): void };

type Given = Pick<Kernel, 'config' | 'now'> & {
  repository: WorkerRepository;
  audited: Audited;
  drains: Drains;
  pool: Restart;
};

export function createPauses({ config, repository, audited, drains, pool, now }: Given) {
  const reads = () => readPauses(repository);

  return {
    /** Pauses all workers and ends a drain, or one, after its batch. A pause of all with a `reason` needs no worker, and
     *  is shown with it. A pause of all that some person or the server has begun stays as it is; a new one runs
     *  `remember` in its transaction. Throws `not_found`, `no_workers`. */
    async pause(name: string | undefined, by: Requester, reason: string | null = null, remember = () => {}) {
      const left = await drains.waiting();
      const entry = { event: workerActions.pause.name, by, target: targetOf(name), reads };
      await audited({ ...entry, ...(reason === null ? {} : { reason }) }, () => {
        if (name !== undefined || reason === null) requireWorkers(config, repository.living(), name);
        if (name !== undefined) return void repository.pause(name, by.actor);
        drains.cancelActive(left, by);
        const { paused_at, drain_id } = repository.control();
        if (paused_at !== null && drain_id === null) return;
        const begun = { paused_at: now().toISOString(), paused_by: by.actor, pause_reason: reason };
        repository.setControl({ ...begun, drain_id: null });
        remember();
      });
    },

    /** Resumes all workers and ends a drain, or one; restarts given-up ones. Throws `not_found`, `no_workers`. */
    async resume(name: string | undefined, by: Requester) {
      const left = await drains.waiting();
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

function targetOf(name: string | undefined): string {
  return name === undefined ? 'workers' : `worker:${name}`;
}
