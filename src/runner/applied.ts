// Reads the result that an attempt recorded in the database or index it changed. A job whose work is applied has succeeded.
import { explain, toFault } from '../core/faults.ts';
import type { Config } from '../core/config.ts';
import { busyLimits, createBusyRetry, isBusy } from '../core/db/busy-retry.ts';
import type { Db } from '../core/db/open.ts';
import { readAppliedGeneration } from '../index/generation.ts';
import { type AttemptKey, overwriteOrphanedFrames, readApplied } from '../library/applied.ts';
import type { AttemptFacts } from './outcome.ts';

/** Gives the recorded result, or null. `wasKilled`: the process did not end by itself, so its orphaned WAL frames are
 *  overwritten first; this throws SQLite's error while another process writes the library. */
export type FindApplied = (job: AttemptKey, wasKilled?: boolean) => Record<string, unknown> | null;

export function createAppliedFinder(library: Db, config: Config): FindApplied {
  return (job, wasKilled = false) => {
    if (wasKilled) overwriteOrphanedFrames(library);
    return readApplied(library, job) ?? readAppliedGeneration(config, job.id, job.attempt);
  };
}

/** For callers that cannot wait: a current writer's commit overwrites orphaned WAL frames, too. */
export function findAppliedAtOnce(findApplied: FindApplied, job: AttemptKey) {
  try {
    return findApplied(job, true);
  } catch (error) {
    if (!isBusy(error)) throw error;
    return findApplied(job);
  }
}

/** For the end of an attempt: gives the applied work, or a server fault when it cannot be read. Never rejects. */
export function createEndFinder(findApplied: FindApplied) {
  const untilFree = createBusyRetry(busyLimits.appliedWork);
  return async (
    job: AttemptKey,
    { cause, fault, exit }: Pick<AttemptFacts, 'cause' | 'fault' | 'exit'>,
  ): Promise<Pick<AttemptFacts, 'applied' | 'cause' | 'fault' | 'faultDetail'>> => {
    try {
      if (exit.signal === null) return { applied: findApplied(job), cause, fault };
      const find = () => findApplied(job, true);
      const applied = await untilFree(find).catch(() => findAppliedAtOnce(findApplied, job));
      return { applied, cause, fault };
    } catch (error) {
      // Its exit code says that it has done what it reports.
      if (exit.code === 0 && cause === null && fault === null) return { applied: null, cause, fault };
      return {
        applied: null,
        cause: cause ?? 'server_fault',
        fault: fault ?? explain(error),
        faultDetail: toFault(error)?.details ?? null,
      };
    }
  };
}
