// Checks a database file for damage. Only reads.
import { toFault } from '../faults.ts';
import { connect } from './driver.ts';
import { aloneBusyMs, openDatabase } from './open.ts';

/** Null when SQLite finds nothing wrong (quick_check), else its first finding. Throws `config` when it cannot be opened. */
export function findDamage(file: string): string | null {
  const db = openDatabase(file, { busyMs: aloneBusyMs, readonly: true });
  try {
    const finding = db.pragma('quick_check(1)', { simple: true }) as string;
    return finding === 'ok' ? null : finding;
  } finally {
    db.close();
  }
}

/** Also true when the damage keeps SQLite from looking. Throws when the file cannot be read for another reason. */
export function isDamaged(file: string): boolean {
  try {
    return findDamage(file) !== null;
  } catch (error) {
    if (toFault(error)?.details?.code === 'database_damaged') return true;
    throw error;
  }
}

/** The version of the bundled library, not of a program `sqlite3`. */
export function sqliteVersion(): string {
  const db = connect(':memory:');
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    db.close();
  }
}
