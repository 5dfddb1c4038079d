// Opens ops.db, the database of the dashboard.
import { applyMigrations } from './migrations.ts';
import { type Db, openDatabase, serverBusyMs } from './open.ts';

export function prepareOps(file: string): Db {
  const ops = openDatabase(file, { busyMs: serverBusyMs });
  applyMigrations(ops, 'ops');
  return ops;
}
