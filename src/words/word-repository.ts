// The word index as a file: an FTS5 table with a row for each entry. Nothing changes a finished file.
import fs from 'node:fs';
import { hash } from 'node:crypto';
import { connect } from '../core/db/driver.ts';
import type { Db } from '../core/db/open.ts';
import type { WordEntry } from './word-index.ts';
import { tokensOf, type Token } from './word-text.ts';
import type { Facts, Weighed } from './word-query.ts';

/** Marks the databases that are word indexes. */
const applicationId = 0x43484c57;
const formatVersion = 2;

// `name` holds two terms for the whole title: one regardless of case, and one for its letters as they are.
const schema = `
  CREATE VIRTUAL TABLE entry USING fts5 (name, title, summary, text, content = '',
    tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_{|}~'");
  CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, entry, row);
  CREATE TABLE stored (row INTEGER PRIMARY KEY, title TEXT NOT NULL, summary TEXT NOT NULL, text TEXT NOT NULL);
  CREATE TABLE term (term TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE fact (data TEXT NOT NULL);`;

/** Writes the new file, which is not synced yet. Reads the entries one after another. `source`: the SHA-256 of the index that it
 *  belongs to. */
export function writeWordIndex(
  file: string,
  entries: Iterable<WordEntry>,
  source?: string,
): { bytes: number } {
  const db = connect(file);
  try {
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.pragma(`application_id = ${applicationId}`);
    db.exec(`BEGIN; ${schema}`);
    const facts = insertAll(db, entries);
    db.prepare('INSERT INTO fact VALUES (?)').run(JSON.stringify({ ...facts, source }));
    db.exec(`INSERT INTO entry (entry) VALUES ('optimize');
      INSERT INTO term SELECT term, doc FROM temp.vocabulary; COMMIT`);
    db.pragma(`user_version = ${formatVersion}`);
  } finally {
    db.close();
  }
  return { bytes: fs.statSync(file).size };
}

function insertAll(db: Db, entries: Iterable<WordEntry>): Facts {
  const insert = db.prepare('INSERT INTO entry (rowid, name, title, summary, text) VALUES (?, ?, ?, ?, ?)');
  const store = db.prepare('INSERT INTO stored VALUES (?, ?, ?, ?)');
  const totals = [0, 0, 0];
  let count = 0;
  for (const { row, title, summary, text } of entries) {
    const fields = [title, summary, text].map(tokensOf);
    for (const [at, tokens] of fields.entries()) totals[at] = (totals[at] ?? 0) + tokens.length;
    const texts = fields.map((tokens) => tokens.map(({ term }) => term).join(' '));
    insert.run(row, `${nameOf(fields[0] ?? [])} ${exactNameOf(fields[0] ?? [])}`, ...texts);
    store.run(row, ...texts);
    count++;
  }
  return { count, lengths: totals.map((total) => total / Math.max(1, count)) };
}

/** One term for all terms of a title, whatever their order. */
export const nameOf = (tokens: Token[]): string => `=${digestOf(tokens.map(({ term }) => term))}`;

/** One term for all words of a title as they are written, whatever their order. */
export const exactNameOf = (tokens: Token[]): string => `==${digestOf(tokens.map(({ word }) => word))}`;

function digestOf(terms: string[]): string {
  return hash('sha256', [...new Set(terms)].sort().join(' ')).slice(0, 16);
}

/** The terms of each field, joined by spaces. */
export type StoredTexts = [row: number, title: string, summary: string, text: string];

export type WordFile = ReturnType<typeof openWordFile>;

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordFile(file: string) {
  if (!fs.existsSync(file)) throw new Error(`${file} is missing.`);
  const db = openChecked(file);
  const facts = JSON.parse(db.prepare('SELECT data FROM fact').pluck().get() as string) as Facts;
  const count = db.prepare('SELECT entries FROM term WHERE term = ?').pluck();
  const longer = db
    .prepare('SELECT term FROM term WHERE term > ? AND term < ? ORDER BY entries DESC, term LIMIT 1')
    .pluck();
  const ranked = db
    .prepare('SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, 0, 1, 3, 1), rowid LIMIT ?')
    .pluck();
  const listed = db.prepare('SELECT rowid FROM entry WHERE entry MATCH ? LIMIT ?').pluck();
  const texts = db
    .prepare(
      `SELECT row, title, summary, text FROM json_each(?) wanted CROSS JOIN stored ON row = wanted.value`,
    )
    .raw();
  const entries = db.prepare('SELECT count(*) FROM stored').pluck();

  return {
    facts,
    countOf: (term: string) => (count.get(term) as number | undefined) ?? 0,
    /** The most frequent term that begins with these letters. */
    longerTerm: (start: string) => longer.get(start, `${start}\u{10ffff}`) as string | undefined,
    rowsNamed: (name: string) => listed.all(`name : ${quote(name)}`, -1) as number[],
    /** Rows that have any of the terms, the best first. */
    rankedRows: (terms: Weighed[], limit: number) =>
      ranked.all(terms.map(anyForm).join(' OR '), limit) as number[],
    /** Rows that have all terms, in no order of merit; `inTitle`: in their titles. */
    rowsWithAll: (terms: Weighed[], inTitle: boolean, limit: number) =>
      listed.all(`${inTitle ? 'title : ' : ''}(${terms.map(anyForm).join(' AND ')})`, limit) as number[],
    /** Those of these rows that are stored. */
    textsOf: (rows: number[]) => texts.all(JSON.stringify(rows)) as StoredTexts[],
    countEntries: () => entries.get() as number,
    close: () => void db.close(),
  };
}

/** Terms hold no quotes. */
const quote = (term: string) => `"${term}"`;

const anyForm = ({ forms }: Weighed) => `(${forms.map(quote).join(' OR ')})`;

function openChecked(file: string): Db {
  let db: Db | undefined;
  let version: unknown;
  let isOurs: boolean;
  try {
    db = connect(file, { readonly: true });
    version = db.pragma('user_version', { simple: true });
    isOurs = db.pragma('application_id', { simple: true }) === applicationId;
    if (isOurs && version === formatVersion) return db;
  } catch {
    db?.close();
    throw new Error(`${file} is damaged or not a database.`);
  }
  db.close();
  const reason = isOurs
    ? `has version ${version}; this version of the console reads`
    : 'is not a word index of version';
  throw new Error(`${file} ${reason} ${formatVersion}.`);
}
