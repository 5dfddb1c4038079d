// Statements on chl.db that list titles.
import { type Db, prepareAll } from '../core/db/open.ts';
import { entryTables, forKinds, type Kind } from '../library/content.ts';

export type Titled = { kind: Kind; id: string; title: string; category_code: string };

export function createTitleRepository(library: Db) {
  const first = prepareAll(
    library,
    forKinds(
      (kind) =>
        `SELECT '${kind}' AS kind, id, title, category_code FROM ${entryTables[kind].table} ORDER BY id LIMIT ?`,
    ),
  );
  return {
    /** The titles of the entries with the lowest ids. */
    first: (kind: Kind, limit: number) => first[kind].all(limit) as Titled[],
  };
}
