// What an attempt has recorded in the database or index it changed, in the same commit. A job whose work is applied has
// succeeded, however its process ended.
import type { Config } from '../config.ts';
import type { Db } from '../db/open.ts';
import { readAppliedGeneration } from '../index/generation.ts';
import { readApplied } from '../library/applied.ts';

export type FindApplied = (job: { id: string; attempt: number }) => Record<string, unknown> | null;

export function createAppliedFinder(library: Db, config: Config): FindApplied {
  return (job) => readApplied(library, job) ?? readAppliedGeneration(config, job.id, job.attempt);
}
