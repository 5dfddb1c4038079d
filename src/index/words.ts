// The word index of a generation, `words.db` in its folder: written into a draft, opened beside the vectors, and verified before
// a switch. Snapshots and backups leave it out, so an index may lack it; search then goes by meaning only.
import fs from 'node:fs';
import path from 'node:path';
import type { Db } from '../core/db/open.ts';
import { isOutOfDescriptors } from '../core/descriptors.ts';
import type { OnProgress } from '../core/progress.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import type { MetaHead, MetaVectors } from './meta.ts';
import { createIndexRepository } from './repository.ts';
import { toWordEntry, type WordEntry, type WordIndex, wordIndexName } from '../words/word-index.ts';
import { writeWordIndex } from '../words/word-repository.ts';
import { openWordIndex } from '../words/word-search.ts';

/** Writes and fsyncs the word index of a draft: each row of the vectors whose entry is in the library. `sha256`: of the index file.
 *  Throws one sentence when the file then has another number of entries. */
export function writeWords(
  library: Db,
  { folder, vectors, sha256 }: { folder: string; vectors: MetaVectors; sha256: string },
  onProgress: OnProgress,
) {
  const { findEntry } = createIndexRepository(library);
  let written = 0;
  const entries = function* (): Generator<WordEntry> {
    let next = 0;
    for (const { kind, entity_id } of vectors) {
      const row = next++;
      if (row % progressRows === 0) onProgress(row, vectors.length);
      const entry = findEntry(kind, entity_id);
      if (!entry) continue;
      written++;
      yield toWordEntry(row, entry);
    }
    onProgress(vectors.length, vectors.length);
  };
  const file = path.join(folder, wordIndexName);
  writeWordIndex(file, entries(), sha256);
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

/** `sha256`: of the index file beside it, by its meta file. Throws only when this process has too many files open. */
export function openWords(folder: string, sha256: string): OpenedWords {
  const file = path.join(folder, wordIndexName);
  if (!fs.existsSync(file)) return { words: null, problem: missing };
  try {
    const words = openWordIndex(file);
    if ((words.written.source ?? sha256) === sha256) return { words, problem: null };
    words.close();
    return { words: null, problem: ofAnother };
  } catch (error) {
    assertOpens(file);
    return { words: null, problem: describeFault(error, file) };
  }
}

/** Throws the system's error when the file may be good, but this process cannot open one more. */
function assertOpens(file: string) {
  try {
    fs.closeSync(fs.openSync(file, 'r'));
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
  }
}

/** Whether another try may succeed: the file is busy, or the system refused to open or read it. */
export function isPassing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return isOutOfDescriptors(error) || /^SQLITE_(BUSY|LOCKED|PROTOCOL|CANTOPEN|IOERR|NOMEM|FULL)/.test(code);
}

/** One sentence, whose words are ours: those of SQLite are not shown, nor is the place of the `file`. */
export function describeFault(error: unknown, file = wordIndexName): string {
  if (isPassing(error)) return 'The word index cannot be read now.';
  if (!(error instanceof Error) || 'code' in error) return 'The word index is damaged.';
  const message = error.message.replaceAll(file, `${wordIndexName} of the index`);
  return `The word index cannot be used: ${message}`;
}

const missing = 'The index has no word index: words.db is not in its folder.';
const ofAnother = 'The word index cannot be used: words.db belongs to another index.';

/** Null when the word index of a generation can be opened and has the entries that were written to it; else why not, in one
 *  sentence. */
export function findWordsProblem(
  folder: string,
  { count: vectors, sha256 }: Pick<MetaHead, 'count' | 'sha256'>,
): string | null {
  const { words, problem } = openWords(folder, sha256);
  if (!words) return problem;
  try {
    const entries = words.count();
    const { count: written } = words.written;
    if (entries !== written) return `The word index has ${entries} entries; ${written} were written to it.`;
    if (entries <= vectors) return null;
    return `The word index has ${entries} entries; the index has ${vectors}.`;
  } catch (error) {
    return describeFault(error);
  } finally {
    words.close();
  }
}
