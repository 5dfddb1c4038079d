// Statements that count the library for pages, and list its categories. Triggers keep the totals.
import type { Db } from '../core/db/open.ts';

export type LibraryTotals = {
  categories: number;
  experiences: number;
  manuals: number;
  /** Experiences and manuals together. */
  entries: number;
  list: { code: string; name: string }[];
};

export function countLibrary(library: Db): LibraryTotals {
  const list = library.prepare('SELECT code, name FROM categories ORDER BY name').all();
  const [experiences, manuals] = library
    .prepare('SELECT experiences, manuals FROM ops_library_state')
    .raw()
    .get() as [number, number];
  return {
    categories: list.length,
    experiences,
    manuals,
    entries: experiences + manuals,
    list: list as LibraryTotals['list'],
  };
}
