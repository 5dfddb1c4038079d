// Statements on the restored copy of a database.
import { countedTables } from '../backup-store/set-repository.ts';
import { openDatabase, type Db } from '../core/db/open.ts';

type Broken = { table: string; rowid: number | null; parent: string };

/** Opens the copy for `work`, and closes it. Nobody else uses it. */
export function withCopy<T>(file: string, work: (copy: ReturnType<typeof readCopy>) => T): T {
  const db = openDatabase(file, { busyMs: 0 });
  try {
    return work(readCopy(db));
  } finally {
    db.close();
  }
}

function readCopy(db: Db) {
  return {
    /** The first fault that SQLite finds; null without one. */
    findDamage(): string | null {
      const found = db.pragma('integrity_check(1)', { simple: true }) as string;
      return found === 'ok' ? null : found;
    },

    /** The rows that name a row which does not exist. */
    brokenReferences: () => db.pragma('foreign_key_check') as Broken[],

    countedTables: () => countedTables(db),

    /** Null without such a table. */
    countRows(table: string): number | null {
      const exists = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(table);
      if (!exists) return null;
      const name = table.replaceAll('"', '""');
      return db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get() as number;
    },

    /** The hash of a row of the audit log; null without that row. */
    rowHash: (id: number) =>
      (db.prepare('SELECT hash FROM audit WHERE id = ?').pluck().get(id) as string | null | undefined) ??
      null,
  };
}
