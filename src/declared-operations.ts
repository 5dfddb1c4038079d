// The only list of operations, in the order in which they are shown.
import type { Operation } from './core/operation.ts';
import { auditCheckOperation } from './audit/audit-check-operation.ts';
import { backupOperation } from './backups/backup-operation.ts';
import { drillOperation } from './backups/drill-operation.ts';
import { costsOperation } from './costs/costs-operation.ts';
import { databaseOperation } from './databases/database-operation.ts';
import { recountOperation } from './databases/recount-operation.ts';
import { declaredCommands } from './declared-commands.ts';
import { exportOperation } from './exports/export-operation.ts';
import { indexOperation } from './index/index-operation.ts';
import { repairOperation } from './index/repair-operation.ts';
import { rollbackOperation } from './index/rollback-operation.ts';
import { removeOperation } from './removal/remove-operation.ts';
import { restoreOperation } from './restore/restore-operation.ts';
import { importOperation } from './sheets/import-operation.ts';
import { snapshotOperation } from './snapshots/snapshot-operation.ts';
import { undoOperation } from './undo/undo-operation.ts';

export const declaredOperations: Operation[] = [
  importOperation,
  exportOperation,
  removeOperation,
  undoOperation,
  restoreOperation,
  indexOperation,
  repairOperation,
  snapshotOperation,
  rollbackOperation,
  backupOperation,
  auditCheckOperation,
  drillOperation,
  databaseOperation,
  recountOperation,
  costsOperation,
];

/** Names that a custom operation cannot have: those of operations and commands (`jobs` is also a path of the API). */
export const reservedNames = [
  ...declaredOperations.map(({ name }) => name),
  ...declaredCommands.map(({ name }) => name),
  'doctor',
  'help',
];
