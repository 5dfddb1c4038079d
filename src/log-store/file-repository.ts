// The file log.db, as its thread holds it. A file that is missing, replaced, damaged or of another version is made again: its
// content is lost, and nothing else fails.
import fs from 'node:fs';
import { isBusy } from '../core/db/busy-retry.ts';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import { readPages } from '../core/db/pages.ts';
import { AppError } from '../core/errors.ts';
import { logSchema, logSchemaVersion } from './schema-repository.ts';
import {
  busyMs,
  checkpoint,
  type Held,
  hasLostWal,
  inodeOf,
  removeLogs,
  stampOf,
  walBytesOf,
  walMaxBytes,
} from './wal-repository.ts';

const damage = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_IOERR_SHORT_READ', 'SQLITE_READONLY_DBMOVED'];
const otherVersion = 'was of another version';
/** Marks the databases that the log store has made, and so may remove. */
const applicationId = 0x43484c4c;

type Given = {
  file: string;
  /** The lines of a new file have ids above this. */
  idsAbove(): number;
  /** Gets the reason as the end of a sentence: `was removed`. */
  onRemade(reason: string): void;
};

export type LogFile = ReturnType<typeof createLogFile>;

/** The file is opened when it is first used. */
export function createLogFile(given: Given) {
  const { file } = given;
  const { hold, letGo, current, close } = createHolder(given);

  return {
    /** Calls `work` with the open file; once more when the file had to be made again. Throws SQLite's error when another program
     *  has locked it. */
    use<T>(work: (db: Db) => T): T {
      const { db } = hold();
      try {
        return work(db);
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === null) throw error;
        letGo(reason);
        return work(hold().db);
      }
    },

    /** Finds a file that another program has written into: SQLite keeps pages that it has read. */
    probe(isSuspect: boolean) {
      const held = hold();
      held.isSuspect ||= isSuspect;
      if (held.isSuspect || stampOf(file) !== held.stamp) {
        const reason = examine(file);
        if (reason !== null) {
          letGo(reason);
          hold();
          return;
        }
        Object.assign(held, { isSuspect: false, stamp: stampOf(file) });
      }
      if (walBytesOf(file) > 0) checkpoint(held, file);
    },

    /** Throws if the file cannot be written. */
    tryWriting() {
      hold().db.pragma(`user_version = ${logSchemaVersion}`);
    },

    /** Empties a write-ahead log of more than `maxBytes` into the file. */
    settle(maxBytes = walMaxBytes) {
      const held = current();
      if (held && walBytesOf(file) > maxBytes) checkpoint(held, file);
    },

    sizes() {
      const { pages, free, pageBytes } = readPages(hold().db);
      return { bytes: pages * pageBytes, free_bytes: free * pageBytes, wal_bytes: walBytesOf(file) };
    },

    madeAt: () => hold().db.prepare('SELECT made_at FROM file').pluck().get() as number,

    /** It is not opened again: everything else throws `stopping`. */
    close,
  };
}

/** Holds the open file, and makes it again where it must. */
function createHolder({ file, idsAbove, onRemade }: Given) {
  let held: Held | null = null;
  /** Why it must be made again; kept until that has worked. */
  let lost: string | null = null;
  let isClosed = false;

  return {
    current: () => held,

    /** Throws the error of the driver or of the system when the file cannot be opened or made. */
    hold(): Held {
      if (isClosed) throw stoppingError();
      const inode = held && inodeOf(file);
      if (inode !== (held?.inode ?? null)) letGo(inode === null ? 'was removed' : 'was replaced');
      else if (held && hasLostWal(held, file)) saveFromWal(held);
      held ??= lost === null ? openFile() : makeAgain(lost);
      return held;
    },

    letGo,

    close() {
      isClosed = true;
      letGo(null);
    },
  };

  /** The connection still has the write-ahead log that was removed: its content goes into the file. */
  function saveFromWal(held: Held) {
    held.db.pragma('wal_checkpoint(TRUNCATE)');
    letGo(null);
  }

  /** `reason`: why it must be made again, if it must. A file that cannot be closed well is given up all the same. */
  function letGo(reason: string | null) {
    try {
      held?.db.close();
    } catch {}
    // SQLite leaves that of a file which was moved, and would read it as a part of the next one.
    if (held && reason !== null && held.walInode !== null && inodeOf(`${file}-wal`) === held.walInode)
      removeLogs(file);
    held = null;
    lost = reason;
  }

  function openFile(): Held {
    try {
      return open(file, idsAbove);
    } catch (error) {
      lost = reasonOf(error);
      if (lost === null) throw error;
      return makeAgain(lost);
    }
  }

  function makeAgain(reason: string): Held {
    refuseFolder(file);
    refuseForeignFile(file);
    fs.rmSync(file, { force: true });
    removeLogs(file);
    const made = open(file, idsAbove);
    lost = null;
    onRemade(reason);
    return made;
  }
}

function open(file: string, idsAbove: () => number): Held {
  refuseFolder(file);
  const db = connect(file, { timeout: busyMs });
  try {
    const isEmpty = countTables(db) === 0;
    if (!isEmpty) refuseForeign(db, file);
    fs.chmodSync(file, 0o600);
    // Takes the lock for writing, so a file that has it already would not be opened while another program has that lock.
    if (isEmpty) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 0');
    db.pragma(`journal_size_limit = ${walMaxBytes}`);
    const version = db.pragma('user_version', { simple: true });
    if (!isEmpty && version !== logSchemaVersion)
      throw Object.assign(new Error(otherVersion), { code: 'LOG_VERSION' });
    if (isEmpty) createTables(db, idsAbove());
    const held = { db, inode: inodeOf(file) ?? 0, walInode: null, stamp: stampOf(file), isSuspect: false };
    checkpoint(held, file);
    return held;
  } catch (error) {
    db.close();
    throw error;
  }
}

function refuseFolder(file: string) {
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw Object.assign(new Error('a folder'), { code: 'EISDIR', path: file });
}

/** Another program's database is neither written nor removed. */
function refuseForeign(db: Db, file: string) {
  if (db.pragma('application_id', { simple: true }) === applicationId) return;
  throw new AppError(
    'internal',
    `${file} is a database of another program. It was not changed. Rename it; the server then makes its own.`,
  );
}

/** A file that cannot be read as a database is junk, which may be removed. */
function refuseForeignFile(file: string) {
  if (inodeOf(file) === null) return;
  const db = connect(file, { timeout: busyMs, readonly: true });
  try {
    if (countTables(db) > 0) refuseForeign(db, file);
  } catch (error) {
    if (reasonOf(error) === null) throw error;
  } finally {
    db.close();
  }
}

function countTables(db: Db): number {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
}

function createTables(db: Db, idsAbove: number) {
  db.transaction(() => {
    db.exec(logSchema);
    db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('line', ?)`).run(idsAbove);
    db.prepare('INSERT INTO file (made_at) VALUES (?)').run(Date.now());
    db.pragma(`user_version = ${logSchemaVersion}`);
    db.pragma(`application_id = ${applicationId}`);
  })();
}

/** Reads the whole file through a connection that has none of its pages; null if it is intact. Throws SQLite's error when another
 *  program has locked it. */
function examine(file: string): string | null {
  try {
    const other = connect(file, { timeout: busyMs, readonly: true });
    try {
      // An empty file is intact.
      other.prepare('SELECT 1 FROM line LIMIT 1').get();
      return other.pragma('quick_check(1)', { simple: true }) === 'ok' ? null : 'was damaged';
    } finally {
      other.close();
    }
  } catch (error) {
    if (isBusy(error)) throw error;
    return reasonOf(error);
  }
}

export function stoppingError(): AppError {
  return new AppError('stopping', 'The server is stopping. Look again after it has restarted.');
}

/** Why the file must be made again after this error; null if it need not. */
function reasonOf(error: unknown): string | null {
  const { code: given, message } = error as { code?: unknown; message: string };
  const code = String(given ?? '');
  if (code === 'LOG_VERSION') return otherVersion;
  if (damage.some((one) => code === one || code.startsWith(`${one}_`))) return 'was damaged';
  return code === 'SQLITE_ERROR' && /no such (table|column)|has no column/.test(message)
    ? 'had other tables'
    : null;
}
