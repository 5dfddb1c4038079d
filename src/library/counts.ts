// Statements that count the library for pages, and list its categories. Triggers keep the totals.
import type { Db } from '../core/db/open.ts';

/** `entries`: experiences and manuals together. */
export function countLibrary(library: Db) {
  const list = library.prepare<[], Category>('SELECT code, name FROM categories ORDER BY name').all();
  const [experiences, manuals] = library
    .prepare('SELECT experiences, manuals FROM ops_library_state')
    .raw()
    .get() as [number, number];
  return { categories: list.length, experiences, manuals, entries: experiences + manuals, list };
}

type Category = { code: string; name: string };
