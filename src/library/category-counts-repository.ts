// Counts the entries of each category for a page. One category is counted in each turn of the event loop, so that a large
// library does not hold up other requests.
import { setImmediate } from 'node:timers/promises';
import { coalesce } from '../core/coalesce.ts';
import type { Db } from '../core/db/open.ts';
import { entryTables, kinds } from './content.ts';

export type CategoryCount = { code: string; name: string; count: number };

/** Returns a function that gives all categories, by name. They are counted again only after `revision` has changed. */
export function createCategoryCounts(library: Db, revision: () => number): () => Promise<CategoryCount[]> {
  const list = library.prepare<[], Pick<CategoryCount, 'code' | 'name'>>(
    'SELECT code, name FROM categories ORDER BY name',
  );
  const ofKind = kinds.map((kind) =>
    library
      .prepare<[string], number>(`SELECT count(*) FROM ${entryTables[kind].table} WHERE category_code = ?`)
      .pluck(),
  );
  let known: { revision: number; counts: CategoryCount[] } | null = null;
  const count = coalesce(async () => {
    const counted = revision();
    const counts: CategoryCount[] = [];
    for (const category of list.all()) {
      const entries = ofKind.reduce((sum, one) => sum + (one.get(category.code) ?? 0), 0);
      counts.push({ ...category, count: entries });
      await setImmediate();
    }
    known = { revision: counted, counts };
    return counts;
  });
  return async () => (known?.revision === revision() ? known.counts : count());
}
