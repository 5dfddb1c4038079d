// What the databases of a set say about themselves. The copies are open in nobody else's hands.
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';

/** A copy of a database with a write-ahead log says in its header that it has one, so even a reader would make it. */
export function leaveLog(file: string) {
  const copy = connect(file);
  try {
    copy.pragma('synchronous = OFF');
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

/** The rows of each table, by name. Reads all of them. */
export function countTables(db: Db): Record<string, number> {
  const names = db
    .prepare<[], string>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name`,
    )
    .pluck();
  const count = (name: string) =>
    db
      .prepare<[], number>(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`)
      .pluck()
      .get() ?? 0;
  return Object.fromEntries(names.all().map((name) => [name, count(name)]));
}
