// The word index of a generation, `words.db` in its folder: written into a draft, opened beside the vectors, and verified before
// a switch. Snapshots and backups leave it out, so an index may lack it; search then goes by meaning only.
import fs from 'node:fs';
import path from 'node:path';
import type { Db } from '../core/db/open.ts';
import type { OnProgress } from '../core/progress.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import type { MetaVector } from './meta.ts';
import { createIndexRepository } from './repository.ts';
import { toWordEntry, type WordEntry, type WordIndex, wordIndexName } from './word-index.ts';
import { writeWordIndex } from './word-repository.ts';
import { openWordIndex } from './word-search.ts';

/** Writes and fsyncs the word index of a draft: each row of the vectors whose entry is in the library. Throws one sentence when
 *  the file then has another number of entries. */
export function writeWords(library: Db, folder: string, vectors: MetaVector[], onProgress: OnProgress) {
  const { findEntry } = createIndexRepository(library);
  let written = 0;
  const entries = function* (): Generator<WordEntry> {
    for (const [row, { kind, entity_id }] of vectors.entries()) {
      if (row % progressRows === 0) onProgress(row, vectors.length);
      const entry = findEntry(kind, entity_id);
      if (!entry) continue;
      written++;
      yield toWordEntry(row, entry);
    }
    onProgress(vectors.length, vectors.length);
  };
  const file = path.join(folder, wordIndexName);
  writeWordIndex(file, entries());
  syncToDisk(file);
  const words = openWordIndex(file);
  const found = words.count();
  words.close();
  if (found === written) return;
  throw new Error(`The word index has ${found} entries; ${written} were written to it.`);
}

const progressRows = 256;

/** `problem`: one sentence, why a generation has no word index that can be searched. */
export type OpenedWords = { words: WordIndex; problem: null } | { words: null; problem: string };

export function openWords(folder: string): OpenedWords {
  const file = path.join(folder, wordIndexName);
  if (!fs.existsSync(file)) return { words: null, problem: missing };
  try {
    return { words: openWordIndex(file), problem: null };
  } catch (error) {
    return { words: null, problem: describeFault(error) };
  }
}

/** One sentence, whose words are ours: those of SQLite are not shown. */
export function describeFault(error: unknown): string {
  const isOurs = error instanceof Error && !('code' in error);
  return isOurs ? `The word index cannot be used: ${error.message}` : 'The word index is damaged.';
}

const missing = 'The index has no word index, because a former version built it.';

/** Null when the word index of a generation of `vectors` vectors can be opened; else why not, in one sentence. */
export function findWordsProblem(folder: string, vectors: number): string | null {
  const { words, problem } = openWords(folder);
  if (!words) return problem;
  try {
    const entries = words.count();
    if (entries <= vectors) return null;
    return `The word index has ${entries} entries; the index has ${vectors}.`;
  } catch (error) {
    return describeFault(error);
  } finally {
    words.close();
  }
}
