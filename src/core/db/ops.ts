// Opens ops.db, the database of the dashboard: creates it, or brings it to this version.
import { inspectDatabase, refuseForeign } from './inspect.ts';
import { applyMigrations, refuseNewer } from './migrations.ts';
import { asConfigError, type Db, openDatabase, serverBusyMs } from './open.ts';

/** Throws `config` for a file of something else, which it does not change. */
export function prepareOps(file: string): Db {
  inspectOps(file);
  const ops = openDatabase(file, { busyMs: serverBusyMs });
  asConfigError(file, () => applyMigrations(ops, 'ops'));
  return ops;
}

/** Throws `config` for a file of something else, or that a newer version has written. Changes nothing. */
export function inspectOps(file: string) {
  inspectDatabase(file, (db) => {
    refuseForeign(db, file, 'CHL_OPS_DATABASE_PATH', tables);
    refuseNewer(db, 'ops', file);
  });
}

/** Tables of every version; not all of their columns. */
const tables = {
  ops_migration: ['hash', 'created_at'],
  job: ['number', 'id', 'operation', 'status', 'args', 'attempt', 'created_at', 'finished_at'],
  job_claim: ['job_id', 'name', 'mode'],
  audit: ['id', 'at', 'actor', 'event', 'outcome'],
};
