// What an attempt has recorded in the database or index it changed, in the same commit. A job whose work is applied has
// succeeded, however its process ended.
import type { Config } from '../core/config.ts';
import { createBusyRetry, isBusy } from '../core/db/busy-retry.ts';
import type { Db } from '../core/db/open.ts';
import { readAppliedGeneration } from '../index/generation.ts';
import { overwriteUnseen, readApplied } from '../library/applied.ts';
import type { AttemptFacts } from './outcome.ts';

/** `wasKilled`: its process did not end by itself, so that what is not found now must not come to light later. While
 *  another process writes the library this throws as SQLite does. */
export type FindApplied = (
  job: { id: string; attempt: number },
  wasKilled?: boolean,
) => Record<string, unknown> | null;

export function createAppliedFinder(library: Db, config: Config): FindApplied {
  return (job, wasKilled = false) => {
    if (wasKilled) overwriteUnseen(library);
    return readApplied(library, job) ?? readAppliedGeneration(config, job.id, job.attempt);
  };
}

/** For who cannot wait: whoever writes now writes over what is unseen by themselves. */
export function findAppliedAtOnce(findApplied: FindApplied, job: Parameters<FindApplied>[0]) {
  try {
    return findApplied(job, true);
  } catch (error) {
    if (!isBusy(error)) throw error;
    return findApplied(job);
  }
}

/** How long the end of a killed job waits for a library that another process writes. */
const busyRetry = { maxMs: 5000, everyMs: 50 };

/** For the end of an attempt: what it applied, or why that cannot be read. */
export function createEndFinder(findApplied: FindApplied) {
  const untilFree = createBusyRetry(busyRetry);
  return async (
    job: Parameters<FindApplied>[0],
    { cause, fault, exit }: Pick<AttemptFacts, 'cause' | 'fault' | 'exit'>,
  ): Promise<Pick<AttemptFacts, 'applied' | 'cause' | 'fault'>> => {
    try {
      if (exit.signal === null) return { applied: findApplied(job), cause, fault };
      const find = () => findApplied(job, true);
      return {
        applied: await untilFree(find).catch(() => findAppliedAtOnce(findApplied, job)),
        cause,
        fault,
      };
    } catch (error) {
      return { applied: null, cause: cause ?? 'server_fault', fault: fault ?? (error as Error).message };
    }
  };
}
