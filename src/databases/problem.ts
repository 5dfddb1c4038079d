// The problems that a check of a database can find, and their sentences. The words of SQLite are for the log of the job.
import { AppError } from '../core/errors.ts';
import { wayBack } from '../core/faults.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { DatabaseName } from './database.ts';

/** damage: a page cannot be read. index: an index does not fit its table. value: a row breaks a rule of its table. foreign_key: a
 *  row names another one that does not exist. */
export type ProblemKind = 'damage' | 'index' | 'value' | 'foreign_key';

type Found = { name: DatabaseName; file: string; base: string };

/** `where`: `the table experiences`; null if it is not known. */
export function damaged({ name, file, base }: Found, where: string | null): AppError {
  const place = where === null ? 'a part of it' : `a page of ${where}`;
  const next =
    name === 'log'
      ? ' The server makes it again within seconds: its lines are lost, and nothing else is concerned.'
      : wayBack(file);
  const message = `${base} is damaged: ${place} cannot be read.${next}`;
  return problem('database_damaged', name, 'damage', message, { code: 'database_damaged', file });
}

export function wrongIndexes({ name, base }: Found, indexes: string[]): AppError {
  const [first] = indexes;
  const which =
    indexes.length === 1 ? `The index ${first} of ${base} does` : `${indexes.length} indexes of ${base} do`;
  const message = `${which} not fit the rows. No row is lost. Build the indexes anew: run Databases, Reindex.`;
  return problem('internal', name, 'index', message, { indexes });
}

export function wrongValues({ name, base }: Found, table: string, rows: number): AppError {
  const message = `${base} has ${plural(rows, 'row')} that ${rows === 1 ? 'breaks' : 'break'} a rule of the table ${table}. Another program has written them. The log of the job has the rule.`;
  return problem('internal', name, 'value', message, { table, rows });
}

/** Rows of a table that name rows of another one which do not exist. */
export type Orphans = { table: string; parent: string; rows: number };

export function orphaned({ name, base }: Found, all: Orphans[]): AppError {
  const rows = all.map(
    (one) =>
      `${formatNumber(one.rows)} of ${one.table} that ${one.rows === 1 ? 'names' : 'name'} ${one.parent}`,
  );
  const message = `${base} has rows that name others which do not exist: ${rows.join(', ')}. Another program has removed those. Add them again, or remove the rows.`;
  return problem('internal', name, 'foreign_key', message, { orphans: all });
}

function problem(
  code: 'database_damaged' | 'internal',
  database: DatabaseName,
  kind: ProblemKind,
  message: string,
  details: Record<string, unknown>,
): AppError {
  return new AppError(code, message, { database, kind, ...details });
}
