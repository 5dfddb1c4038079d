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

function loadDriver(): typeof Database {
  try {
    const loaded = createRequire(import.meta.url)(packageName) as typeof Database;
    // The binary is loaded by the first database.
    const probe = new loaded(':memory:');
    nameFileInErrors(probe);
    probe.close();
    return loaded;
  } catch {
    throw new AppError(
      'config',
      `The SQLite driver for Node ${process.versions.node} is not installed. Run "npm ci" with this version of Node.`,
    );
  }
}

/** The driver's errors do not say which database they are about: from now on each has `file`. */
function nameFileInErrors(probe: Database.Database) {
  const statement = probe.prepare('SELECT 1');
  const rows = statement.iterate();
  wrapMethods(rows, ['next'], (one: { statement: Database.Statement }) => one.statement.database.name);
  rows.return?.();
  wrapMethods(statement, ['get', 'all', 'run'], ({ database }: Database.Statement) => database.name);
  wrapMethods(probe, ['prepare', 'exec', 'pragma', 'backup'], ({ name }: Database.Database) => name);
}

function wrapMethods<Subject>(one: object, names: string[], fileOf: (subject: Subject) => string) {
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
      try {
        const result = method.apply(this, args);
        if (!(result instanceof Promise)) return result;
        return result.catch((error: unknown) => Promise.reject(named(error, this)));
      } catch (error) {
        throw named(error, this);
      }
    });
  }
}
