// Plain FTS5 over the same entries, to compare the word index with.
import fs from 'node:fs';
import { connect } from '../../src/core/db/driver.ts';
import type { WordEntry } from '../../src/words/word-index.ts';

/** Builds the index as a file and opens it. `find` returns rows, the best by bm25 first, with weights 1, 3 and 1. */
export function buildPlain(file: string, entries: Iterable<WordEntry>) {
  const db = connect(file);
  db.pragma('synchronous = OFF');
  db.exec(
    `BEGIN; CREATE VIRTUAL TABLE entry USING fts5 (title, summary, text, tokenize = 'porter unicode61')`,
  );
  const insert = db.prepare('INSERT INTO entry (rowid, title, summary, text) VALUES (?, ?, ?, ?)');
  for (const { row, title, summary, text } of entries) insert.run(row, title, summary, text);
  db.exec('COMMIT');
  const all = db
    .prepare('SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, 1, 3, 1), rowid')
    .pluck();

  return {
    bytes: fs.statSync(file).size,
    find(query: string, wanted: number, isWanted: (row: number) => boolean): number[] {
      const words = [...new Set(query.match(/[\p{L}\p{N}]+/gu))].map((word) => `"${word}"`);
      if (words.length === 0) return [];
      const rows: number[] = [];
      for (const row of all.iterate(words.join(' OR ')) as Iterable<number>) {
        if (isWanted(row)) rows.push(row);
        if (rows.length === wanted) break;
      }
      return rows;
    },
    close: () => void db.close(),
  };
}
