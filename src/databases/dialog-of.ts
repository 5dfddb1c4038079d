import { url } from '../core/url.ts';
import { leastRoleFor } from '../jobs/refusals.ts';
import type { DatabaseAction, DatabaseName } from './database.ts';
import { databaseOperation } from './database-operation.ts';

/** The dialog that starts an operation on a database, and the least role for it. */
export function dialogOf(database: DatabaseName, action: DatabaseAction) {
  const args = { database, do: action };
  return {
    href: url(`/ui/operations/${databaseOperation.name}/confirm`, args),
    needs: leastRoleFor(databaseOperation, { ...args, quick: false }),
  };
}
