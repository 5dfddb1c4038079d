import fs from 'node:fs';
import { aloneBusyMs, type Db, openDatabase } from './open.ts';

/** Reads from a database that nobody need have opened. Null when the file or a table is missing; the next start of the server
 *  creates it. */
export function readFrom<T>(file: string, read: (db: Db) => T, busyMs = aloneBusyMs): T | null {
  if (!fs.existsSync(file)) return null;
  const db = openDatabase(file, { busyMs, readonly: true });
  try {
    return read(db);
  } catch (error) {
    if (/^no such (table|column)/.test((error as Error).message)) return null;
    throw error;
  } finally {
    db.close();
  }
}
