// Statements that read what an attempt has recorded in the database or index it changed, in the same commit. A job
// whose work is applied has succeeded, however its process ended.
import type { Config } from '../config.ts';
import type { Db } from '../db/open.ts';
import { readAppliedGeneration } from '../index/generation.ts';

export type FindApplied = (job: { id: string; attempt: number }) => Record<string, unknown> | null;

export function createAppliedFinder(library: Db, config: Config): FindApplied {
  const applied = library
    .prepare('SELECT result FROM ops_applied WHERE job_id = @id AND attempt = @attempt')
    .pluck();
  return ({ id, attempt }) => {
    const text = applied.get({ id, attempt }) as string | undefined;
    return text ? JSON.parse(text) : readAppliedGeneration(config, id, attempt);
  };
}
