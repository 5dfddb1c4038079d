// What differs between the kinds of ZIP that are read: an index snapshot, a workbook, a ZIP of CSV files.
import type { EntryName } from './entry-name.ts';

export type ZipRules = {
  /** What the ZIP is, for messages: `snapshot`. */
  noun: string;
  /** Null for a name that no such ZIP has. */
  readName: (text: string) => EntryName | null;
  /** Whether all members lie in one folder, or in none. */
  hasOneFolder: boolean;
  /** Fields of its writers that others do not use, by their kind; each judges the body. */
  extraFields: ReadonlyMap<number, (body: Buffer) => boolean>;
  /** Files that people take for such a ZIP, by their first bytes as Latin-1. */
  otherFiles: readonly [signature: RegExp, sentence: string][];
  maxEntries: number;
  maxDirectoryBytes: number;
  /** The sum of the declared sizes of all entries. */
  maxInflatedBytes: number;
  /** Inflated to compressed size of one entry. */
  maxRatio: number;
};
