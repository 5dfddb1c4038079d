import type { Db } from './open.ts';

/** The pages of a database file, and how many of them hold nothing. */
export function readPages(db: Db): { pages: number; free: number; pageBytes: number } {
  const read = (name: string) => Number(db.pragma(name, { simple: true }));
  return { pages: read('page_count'), free: read('freelist_count'), pageBytes: read('page_size') };
}
