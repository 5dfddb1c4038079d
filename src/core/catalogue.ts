// The only list of operations: ours, and beside them the operator's own. Adding one of ours: its definition, its
// script, its test, and a line here.
import { AppError } from './errors.ts';
import { exportOperation } from '../sheets/export-operation.ts';
import { importOperation } from '../sheets/import-operation.ts';
import { indexOperation } from '../index/index-operation.ts';
import type { Operation } from './operation.ts';
import { repairOperation } from '../index/repair-operation.ts';
import { rollbackOperation } from '../index/rollback-operation.ts';
import { snapshotOperation } from '../snapshots/snapshot-operation.ts';

const operations: Operation[] = [
  importOperation,
  exportOperation,
  indexOperation,
  repairOperation,
  snapshotOperation,
  rollbackOperation,
];

export type Catalogue = {
  all(): Operation[];
  find(name: string): Operation | null;
  /** Throws `not_found` for a name that is not listed. */
  get(name: string): Operation;
};

/** `own` gives the operator's own operations as they are now; one of ours wins over one of the same name. */
export function createCatalogue(listed = operations, own: () => Operation[] = () => []): Catalogue {
  const byName = new Map(listed.map((operation) => [operation.name, operation]));
  if (byName.size < listed.length) throw new Error('Two operations have the same name.');
  const all = () => [...byName.values(), ...own().filter(({ name }) => !byName.has(name))];
  const find = (name: string) =>
    byName.get(name) ?? own().find((operation) => operation.name === name) ?? null;
  return {
    all,
    find,
    get(name) {
      const operation = find(name);
      if (operation) return operation;
      const known = all().map((one) => one.name);
      throw new AppError(
        'not_found',
        `There is no operation ${JSON.stringify(name.slice(0, 80))}. Known: ${known.join(', ')}.`,
      );
    },
  };
}

/** Names that an operator's own operation cannot take: ours, those kept for later, and the commands of the command line
 *  (`jobs` is a path of the API, too). */
export const reservedNames = [
  ...operations.map(({ name }) => name),
  'undo',
  'jobs',
  'job',
  'cancel',
  'retry',
  'retention',
  'workers',
  'pause',
  'resume',
  'drain',
  'queue',
  'retry-failed',
  'doctor',
  'help',
];
