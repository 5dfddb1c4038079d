// The file log.db, as its thread holds it. A file that is missing, replaced, damaged or of another version is made again; what
// was in it is lost, and nothing else fails.
import fs from 'node:fs';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { logSchema, logSchemaVersion } from './schema-repository.ts';

/** Another process may compact or read the file. */
const busyMs = 1000;
const damage = [
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_IOERR_SHORT_READ',
  'SQLITE_CANTOPEN',
  'SQLITE_SCHEMA',
  'SQLITE_READONLY_DBMOVED',
];

/** `onRemade` gets the reason as the end of a sentence: `was removed`. Throws the driver's error when no file can be made. */
export function openLogFile(file: string, onRemade: (reason: string) => void) {
  let db = openOrRemake(file, onRemade);
  let inode = inodeOf(file);

  return {
    /** Calls `work` with the open file; once more when the file had to be made again. */
    use<T>(work: (db: Db) => T): T {
      if (inodeOf(file) !== inode) remake('was removed');
      try {
        return work(db);
      } catch (error) {
        if (!isDamage(error)) throw error;
        remake('could not be read');
        return work(db);
      }
    },

    /** Finds a file whose content was replaced: SQLite keeps pages that it has read. */
    probe() {
      if (inodeOf(file) !== inode) return remake('was removed');
      try {
        const other = connect(file, { timeout: busyMs, readonly: true });
        try {
          other.prepare('SELECT count(*) FROM sqlite_schema').get();
        } finally {
          other.close();
        }
      } catch (error) {
        if (isDamage(error)) remake('could not be read');
      }
    },

    /** Of the pages, without the write-ahead log. */
    bytes(): number {
      const read = (name: string) => db.pragma(name, { simple: true }) as number;
      return read('page_count') * read('page_size');
    },

    close() {
      db.close();
    },
  };

  function remake(reason: string) {
    try {
      db.close();
    } catch {}
    removeFiles(file);
    db = open(file);
    inode = inodeOf(file);
    onRemade(reason);
  }
}

function openOrRemake(file: string, onRemade: (reason: string) => void): Db {
  try {
    return open(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeFiles(file);
    const made = open(file);
    onRemade('could not be read');
    return made;
  }
}

function open(file: string): Db {
  const db = connect(file, { timeout: busyMs });
  try {
    fs.chmodSync(file, 0o600);
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const version = db.pragma('user_version', { simple: true });
    const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
    if (version === logSchemaVersion && !isEmpty) return db;
    if (!isEmpty) throw Object.assign(new Error('another version'), { code: 'SQLITE_SCHEMA' });
    db.transaction(() => {
      db.exec(logSchema);
      db.pragma(`user_version = ${logSchemaVersion}`);
    })();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  const code = String((error as { code?: string }).code ?? '');
  return damage.some((one) => code === one || code.startsWith(`${one}_`));
}

function removeFiles(file: string) {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) fs.rmSync(name, { force: true });
}

function inodeOf(file: string): number | null {
  return fs.statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}
