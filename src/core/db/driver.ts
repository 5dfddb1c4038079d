// The SQLite driver for this version of Node: better-sqlite3 13 brings binaries for Node 22 and newer, but crashes Node 20;
// version 12 works there, but aborts Node 24. Every other module opens databases through this one.
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { AppError } from '../errors.ts';

const packageName = Number.parseInt(process.versions.node, 10) >= 22 ? 'better-sqlite3' : 'better-sqlite3-12';
let driver: typeof Database | undefined;

/** Opens a file. Throws the driver's errors, and `config` when the driver is not installed for this version of Node. */
export function connect(file: string, options: Database.Options = {}): Database.Database {
  driver ??= loadDriver();
  return new driver(file, options);
}

type NamedError = Error & { code?: string; file: string };
const listeners = new Set<(error: NamedError) => void>();

/** Calls `listener` with each error of a statement of this process. Returns a function that ends that. */
export function onDatabaseError(listener: (error: NamedError) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** `file`: of the database. `rows`: read, or changed; of a statement that is read row by row, when its last row was read. */
type Observer = (file: string, statement: string, ms: number, rows: number | null) => void;
let observer: Observer | null = null;

/** Calls `observe` with each statement of this thread that has ended without an error. Returns a function that ends that. A
 *  second observer replaces the first. `exec`, `pragma` and a row loop that is left early are not reported. */
export function observeStatements(observe: Observer): () => void {
  observer = observe;
  return () => {
    if (observer === observe) observer = null;
  };
}

function loadDriver(): typeof Database {
  try {
    const loaded = createRequire(import.meta.url)(packageName) as typeof Database;
    // The binary is loaded by the first database.
    const probe = new loaded(':memory:');
    wrapDriver(probe);
    probe.close();
    return loaded;
  } catch {
    throw new AppError(
      'config',
      `The SQLite driver for Node ${process.versions.node} is not installed. Run "npm ci" with this version of Node.`,
    );
  }
}

/** From now on, each error of the driver has the `file` of its database, and statements are timed for `observeStatements`. */
function wrapDriver(probe: Database.Database) {
  const statement = probe.prepare('SELECT 1');
  const rows = statement.iterate();
  wrapMethods(rows, ['next'], ({ statement }: Rows) => statement.database.name, observeRow);
  rows.return?.();
  wrapMethods(
    statement,
    ['get', 'all', 'run'],
    ({ database }: Database.Statement) => database.name,
    ({ database, source }, ms, result) => observer?.(database.name, source, ms, countRows(result)),
  );
  wrapMethods(probe, ['prepare', 'exec', 'pragma', 'backup'], ({ name }: Database.Database) => name);
}

type Rows = { statement: Database.Statement; took?: { ms: number; rows: number } };

function observeRow(rows: Rows, ms: number, result: unknown) {
  rows.took ??= { ms: 0, rows: 0 };
  const { took } = rows;
  took.ms += ms;
  if (!(result as IteratorResult<unknown>).done) took.rows += 1;
  else observer?.(rows.statement.database.name, rows.statement.source, took.ms, took.rows);
}

function countRows(result: unknown): number | null {
  if (Array.isArray(result)) return result.length;
  if (typeof result !== 'object' || result === null) return result === undefined ? 0 : 1;
  return 'lastInsertRowid' in result && 'changes' in result ? Number(result.changes) : 1;
}

function wrapMethods<Subject>(
  one: object,
  names: string[],
  fileOf: (subject: Subject) => string,
  note?: (subject: Subject, ms: number, result: unknown) => void,
) {
  const prototype = Object.getPrototypeOf(one) as object;
  const named = (error: unknown, subject: Subject) => {
    if (!(error instanceof Error) || 'file' in error) return error;
    const complete = Object.assign(error, { file: fileOf(subject) });
    for (const listener of listeners) listener(complete);
    return complete;
  };
  for (const name of names) {
    const method = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
    Reflect.set(prototype, name, function call(this: Subject, ...args: unknown[]) {
      const startedAt = note && observer ? process.hrtime.bigint() : null;
      try {
        const result = method.apply(this, args);
        if (startedAt !== null) note?.(this, Number(process.hrtime.bigint() - startedAt) / 1e6, result);
        if (!(result instanceof Promise)) return result;
        return result.catch((error: unknown) => Promise.reject(named(error, this)));
      } catch (error) {
        throw named(error, this);
      }
    });
  }
}
