// Opens ops.db, the dashboard's own database.
import { applyMigrations } from './migrations.ts';
import { type Db, openDatabase, serverBusyMs } from './open.ts';

export function prepareOps(file: string): Db {
  const ops = openDatabase(file, { busyMs: serverBusyMs });
  applyMigrations(ops, 'ops');
  return ops;
}
