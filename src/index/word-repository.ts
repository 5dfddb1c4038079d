// The word index as a file: an FTS5 table with a row for each entry. Nothing changes a finished file.
import fs from 'node:fs';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import type { WordEntry, WordHit, WordIndex } from './word-index.ts';
import { tokensOf } from './word-text.ts';

/** Marks the databases that are word indexes. */
const applicationId = 0x43484c57;
const formatVersion = 1;

const schema = `
  CREATE VIRTUAL TABLE entry USING fts5 (title, summary, text, tokenize = "ascii tokenchars '-.#+@_/'");`;

/** Writes the new file, which is not synced yet. */
export function writeWordIndex(file: string, entries: Iterable<WordEntry>): { bytes: number } {
  const db = connect(file);
  try {
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.exec(`BEGIN; ${schema}`);
    const insert = db.prepare('INSERT INTO entry (rowid, title, summary, text) VALUES (?, ?, ?, ?)');
    for (const { row, title, summary, text } of entries) {
      insert.run(row, ...[title, summary, text].map(toStored));
    }
    db.exec('COMMIT');
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${formatVersion}`);
  } finally {
    db.close();
  }
  return { bytes: fs.statSync(file).size };
}

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordIndex(file: string): WordIndex {
  if (!fs.existsSync(file)) throw new Error(`${file} is missing.`);
  const db = openChecked(file);
  const find = db.prepare<[string]>(
    `SELECT rowid AS row, bm25(entry, 1, 3, 1) AS rank, title, summary, text FROM entry
     WHERE entry MATCH ? ORDER BY rank, rowid`,
  );
  const count = db.prepare('SELECT count(*) FROM entry').pluck();

  return {
    search(query, { wanted, isWanted }) {
      const tokens = tokensOf(query);
      const terms = [...new Set(tokens.map(({ term }) => term))];
      const hits: WordHit[] = [];
      if (terms.length === 0) return hits;
      for (const found of find.iterate(terms.map((term) => `"${term}"`).join(' OR '))) {
        const { row, title, summary, text } = found as WordEntry;
        if (!isWanted(row)) continue;
        const has = new Set(`${title} ${summary} ${text}`.split(' '));
        const words = new Set(tokens.filter(({ term }) => has.has(term)).map(({ word }) => word));
        const count = terms.filter((term) => has.has(term)).length;
        hits.push({ row, score: count / terms.length, words: [...words] });
        if (hits.length === wanted) break;
      }
      return hits.sort((one, other) => other.score - one.score);
    },
    count: () => count.get() as number,
    close: () => void db.close(),
  };
}

function openChecked(file: string): Db {
  let db: Db | undefined;
  try {
    db = connect(file, { readonly: true });
    const version = db.pragma('user_version', { simple: true });
    const isOurs = db.pragma('application_id', { simple: true }) === applicationId;
    if (isOurs && version === formatVersion) return db;
  } catch {
    db?.close();
    throw new Error(`${file} is damaged or not a database.`);
  }
  db.close();
  throw new Error(`${file} is not a word index of version ${formatVersion}.`);
}

function toStored(text: string): string {
  return tokensOf(text)
    .map(({ term }) => term)
    .join(' ');
}
