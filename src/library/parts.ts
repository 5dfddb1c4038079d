// What the feature consists of.
import type { Context } from '../core/kernel.ts';
import { createEntryReader } from './entry.ts';

export type LibraryParts = ReturnType<typeof createLibraryParts>;

export function createLibraryParts({ library }: Context) {
  return { entries: createEntryReader(library) };
}
