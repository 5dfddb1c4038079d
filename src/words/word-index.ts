// The types of the word index, which finds entries by their words.
import type { EntryText } from '../library/content.ts';

/** `row`: that of the entry's vector in the index. */
export type WordEntry = { row: number; title: string; summary: string; text: string };

/** `score`: from 0 to 1; 1: the query is the title. `coverage`: the share of the query that the entry has, from 0 to 1, where
 *  rare words count more. `lacksRare`: it has very common words only, and the query has a rarer one. `words`: those of the query
 *  that the entry has, as they are written in it. */
export type WordHit = { row: number; score: number; coverage: number; lacksRare: boolean; words: string[] };

export type WordSearch = {
  /** The best hits of a filter first. */
  (best: BestOf): WordHit[];
  /** Whether the hits of the first filter were chosen among some of the entries with its words only. */
  isPartial(): boolean;
};

export type WordIndex = {
  /** Any string is a query. Several filters share the reading. `isWanted` is called for candidates only. */
  ask(query: string): WordSearch;
  /** The words of a query that no entry has. Pairs of characters are no words. */
  unknownOf(query: string): string[];
  /** The number of entries. */
  count(): number;
  /** How many entries were written, and the SHA-256 of the index that they belong to; former versions did not write it. */
  written: { count: number; source?: string };
  close(): void;
};

/** `isWanted` is called only for rows that would be kept. `rows`: all that can be wanted, if they are few. */
export type BestOf = { wanted: number; isWanted: (row: number) => boolean; rows?: number[] };

/** The file in a generation's folder. */
export const wordIndexName = 'words.db';

/** The parts of an entry that the word index holds. */
export function toWordEntry(row: number, { title, body, note }: EntryText): WordEntry {
  return { row, title, summary: note ?? '', text: body };
}
