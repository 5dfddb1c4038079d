// The stable names of workers, `embed-1` …, and whether the process behind one is still there.
import os from 'node:os';
import { hasProc, isAlive, isStopped } from '../runner/processes.ts';
import type { WorkerRow } from './state.ts';

/** The first `count` names that neither a living worker nor the pool of a server has. */
export function freeNames(workers: WorkerRow[], count: number): string[] {
  const taken = new Set(workers.filter((worker) => !isProcessGone(worker)).map(({ name }) => name));
  const free: string[] = [];
  for (let number = 1; free.length < count; number++) {
    const name = `embed-${number}`;
    if (!taken.has(name)) free.push(name);
  }
  return free;
}

/** Proven only: of another machine, or where processes cannot be looked at, nothing is. */
export function isProcessGone(worker: WorkerRow): boolean {
  const identity = identityOf(worker);
  return identity !== null && !isAlive(identity);
}

/** The same process, alive. As above. */
export function isProcessThere(worker: WorkerRow): boolean {
  const identity = identityOf(worker);
  return identity !== null && isAlive(identity);
}

/** Stopped by a signal. As above. */
export function isProcessStopped(worker: WorkerRow): boolean {
  const identity = identityOf(worker);
  return identity !== null && isStopped(identity);
}

/** Null where nothing can be proven. */
function identityOf({ host, pid, pid_started, boot_id }: WorkerRow) {
  if (!hasProc || host !== os.hostname() || pid === null) return null;
  return { pid, started: pid_started, bootId: boot_id };
}
