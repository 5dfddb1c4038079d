// Checks a database with SQLite's own checks, and finds out what their lines are about.
import type { Db } from '../core/db/open.ts';
import { listTables, nameOfTree, quote } from './table-repository.ts';
import type { Orphans } from './problem.ts';

/** More say nothing new. */
const maxLines = 100;

/** Names the subject of the lines of a check; null without lines. */
export type Integrity =
  | null
  | { kind: 'damage'; where: string | null }
  | { kind: 'index'; indexes: string[] }
  | { kind: 'value'; table: string; rows: number };

/** `quick` does not look for each row in the indexes. `onLine` gets the words of SQLite. Throws its errors: damage may keep
 *  it from looking. */
export function checkIntegrity(db: Db, quick: boolean, onLine: (line: string) => void): Integrity {
  const pragma = quick ? 'quick_check' : 'integrity_check';
  const rows = db.pragma(`${pragma}(${maxLines})`) as Record<string, string>[];
  const texts = rows.flatMap((row) => Object.values(row));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => !/^(ok|\s*|\*\*\*.*)$/.test(line));
  for (const line of lines) onLine(line);
  return lines.length === 0 ? null : judge(db, lines);
}

/** https://www.sqlite.org/pragma.html#pragma_integrity_check; the wording is that of `sqlite3VdbeIntegrityCheck` in btree.c and
 *  of pragma.c. Lines that are not known count as damage. */
const ofIndex =
  /(?:missing from index|wrong # of entries in index|non-unique entry in index|row \d+ of index) (.+)$|for row \d+ of index (.+)$/;
const ofValue =
  /^(?:NULL value in|NUMERIC value in|TEXT value in|non-\w+ value in|CHECK constraint failed in) ([^.]+)/;
const ofTree = /\bTree (\d+)\b/;

function judge(db: Db, lines: string[]): Integrity {
  const indexes = matches(lines, ofIndex);
  const tables = matches(lines, ofValue);
  if (indexes.length + tables.length < lines.length) {
    const [tree] = matches(lines, ofTree);
    return { kind: 'damage', where: tree === undefined ? null : nameOfTree(db, Number(tree)) };
  }
  if (indexes.length > 0) return { kind: 'index', indexes: [...new Set(indexes)] };
  const table = tables[0] ?? '';
  return { kind: 'value', table, rows: tables.filter((one) => one === table).length };
}

function matches(lines: string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => {
    const found = pattern.exec(line);
    return found ? [found.slice(1).find((part) => part !== undefined) ?? ''] : [];
  });
}

/** The first table that cannot be read, in words, for damage that keeps a check of all from looking; null when it is not known. */
export function findUnreadable(db: Db): string | null {
  try {
    const name = listTables(db).find((table) => !canRead(db, table));
    return name === undefined ? null : `the table ${name}`;
  } catch {
    return null;
  }
}

function canRead(db: Db, table: string): boolean {
  try {
    db.pragma(`quick_check(${quote(table)})`);
    return true;
  } catch {
    return false;
  }
}

/** Rows that name rows of another table which do not exist. */
export function findOrphans(db: Db): Orphans[] {
  const sql = `
    SELECT "table", parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY rows DESC, 1, 2
  `;
  return db.prepare(sql).all() as Orphans[];
}
