// Opens ops.db, the database of the dashboard: creates it, or brings it to this version.
import { inspectDatabase, inspectOpen } from './inspect.ts';
import { applyMigrations } from './migrations.ts';
import { aloneBusyMs, type Db, openDatabase } from './open.ts';

export function prepareOps(file: string): Db {
  const ops = openOps(file);
  applyMigrations(ops, 'ops');
  return ops;
}

/** Throws `config` for a file of something else, which it does not change. The file keeps its version. */
export function openOps(file: string): Db {
  inspectOps(file);
  return openDatabase(file, { busyMs: aloneBusyMs });
}

/** Throws the refusals of `inspectDatabase`. Changes nothing. `open`: the connection of this process, if it has the file open. */
export function inspectOps(file: string, open?: Db) {
  const expected = { file, setting: 'CHL_OPS_DATABASE_PATH', name: 'ops', tables } as const;
  if (open) inspectOpen(open, expected);
  else inspectDatabase(expected);
}

/** Tables of every version; not all of their columns. */
const tables = {
  ops_migration: ['hash', 'created_at'],
  job: ['number', 'id text', 'operation', 'status', 'args', 'attempt', 'created_at', 'finished_at'],
  job_claim: ['job_id', 'name', 'mode'],
  audit: ['id', 'at', 'actor', 'event', 'outcome'],
};
