// Workers by name (`embed-1` …): free names, known names, and whether the process behind one is still there.
import os from 'node:os';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { ProcessIdentity } from '../jobs/job.ts';
import { hasProc, isAlive, isStopped } from '../runner/processes.ts';
import type { WorkerRow } from './state.ts';

/** The first `count` names that no living worker and no pool of a server uses. */
export function freeNames(workers: WorkerRow[], count: number): string[] {
  const taken = new Set(workers.filter((worker) => !isProcessGone(worker)).map(({ name }) => name));
  const free: string[] = [];
  for (let number = 1; free.length < count; number++)
    if (!taken.has(`embed-${number}`)) free.push(`embed-${number}`);
  return free;
}

/** Throws `no_workers` when none is registered, or none of them answers; `not_found` for an unknown `name`. */
export function requireWorkers(config: Pick<Config, 'mode'>, workers: WorkerRow[], name?: string) {
  if (workers.some((worker) => worker.name === name)) return;
  const obstacle = findObstacle(config, workers);
  if (obstacle && (name === undefined || workers.length === 0)) throw obstacle;
  if (name === undefined) return;
  const known = workers.map((worker) => worker.name).join(', ');
  throw new AppError(
    'not_found',
    `There is no worker ${JSON.stringify(name.slice(0, 80))}. Known: ${known}.`,
  );
}

/** `no_workers` when no worker is registered, or none of them answers. */
export function findObstacle({ mode }: Pick<Config, 'mode'>, workers: WorkerRow[]): AppError | null {
  if (workers.some(({ lost_at }) => !lost_at)) return null;
  return new AppError('no_workers', workers.length > 0 ? noAnswer : mode === 'noop' ? noopMode : noWorkers);
}

const noopMode =
  'Noop mode runs no workers, so there is nothing to pause, resume or drain. Start the server without CHL_OPERATIONS_MODE=noop.';
const noWorkers =
  'No workers are registered. Entries wait safely in the queue until a worker starts. Start one with `npm run worker`.';
const noAnswer =
  'No worker process answered. The embedding service may be stopped. Start it with `npm run worker`, then refresh.';

export const isProcessGone = proving((identity) => !isAlive(identity));
export const isProcessThere = proving(isAlive);
/** Stopped by a signal. */
export const isProcessStopped = proving(isStopped);

/** True only when it is proven: false for a worker of another machine, and without /proc. */
function proving(test: (identity: ProcessIdentity) => boolean) {
  return (worker: WorkerRow): boolean => {
    const identity = identityOf(worker);
    return identity !== null && test(identity);
  };
}

/** Null where nothing can be proven. */
function identityOf({ host, pid, pid_started, boot_id }: WorkerRow) {
  if (!hasProc || host !== os.hostname() || pid === null) return null;
  return { pid, started: pid_started, bootId: boot_id };
}
