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

function loadDriver(): typeof Database {
  try {
    const loaded = createRequire(import.meta.url)(packageName) as typeof Database;
    // The binary is loaded by the first database.
    new loaded(':memory:').close();
    return loaded;
  } catch {
    throw new AppError(
      'config',
      `The SQLite driver for Node ${process.versions.node} is not installed. Run "npm ci" with this version of Node.`,
    );
  }
}
