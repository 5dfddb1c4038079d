// Statements that count the library for pages: totals, and the categories to choose from.
import type { Db } from '../db/open.ts';

export type LibraryTotals = {
  categories: number;
  experiences: number;
  manuals: number;
  /** Experiences and manuals together. */
  entries: number;
  list: { code: string; name: string }[];
};

export function countLibrary(library: Db): LibraryTotals {
  const rowsOf = (table: string) => library.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  const list = library.prepare('SELECT code, name FROM categories ORDER BY name').all();
  const [experiences, manuals] = [rowsOf('experiences'), rowsOf('category_manuals')];
  return {
    categories: list.length,
    experiences,
    manuals,
    entries: experiences + manuals,
    list: list as LibraryTotals['list'],
  };
}
