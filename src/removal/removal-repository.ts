// The statements that find what a removal is about. A row is an array in the order of its shape.
import type { Db } from '../core/db/open.ts';
import { tables } from '../library/repository.ts';
import { shapes, type Value } from '../library/rules.ts';

export type RemovalRepository = ReturnType<typeof createRemovalRepository>;

export function createRemovalRepository(db: Db) {
  const category = db
    .prepare<[string], Value[]>(
      `SELECT ${shapes.category.compared.join(', ')} FROM ${tables.category} WHERE code = ?`,
    )
    .raw();
  return {
    experience: entriesOf(db, 'experience'),
    manual: entriesOf(db, 'manual'),
    /** Null without such a category. */
    category: (code: string) => category.get(code) ?? null,
  };
}

function entriesOf(db: Db, kind: 'experience' | 'manual') {
  const columns = shapes[kind].compared.map((column) => `entry.${column}`).join(', ');
  const select = (which: string) =>
    db.prepare<[string], Value[]>(`SELECT ${columns} FROM ${tables[kind]} entry ${which}`).raw();
  const ofCategory = select('WHERE entry.category_code = ? ORDER BY entry.id');
  const ofSource = select(
    `JOIN ops_origin origin ON origin.entity_type = '${kind}' AND origin.entity_id = entry.id
     WHERE origin.source = ? ORDER BY entry.id`,
  );
  return {
    /** Iterate over the entries by id; must end before the next write. */
    ofCategory: (code: string) => ofCategory.iterate(code),
    ofSource: (source: string) => ofSource.iterate(source),
  };
}
