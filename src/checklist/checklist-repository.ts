// Statements on the table `checklist_item` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { ChecklistItem, NewItem } from './checklist.ts';

export type ChecklistRepository = ReturnType<typeof createChecklistRepository>;

type Change = Pick<ChecklistItem, 'state' | 'at' | 'actor' | 'note' | 'job'>;

const sql = {
  add: `
    INSERT INTO checklist_item (of, n, text, owner, due, state)
    SELECT @of, coalesce(max(n), 0) + 1, @text, @owner, @due, 'open' FROM checklist_item WHERE of = @of
    RETURNING *
  `,
  of: 'SELECT * FROM checklist_item WHERE of = ? ORDER BY n',
  find: 'SELECT * FROM checklist_item WHERE of = ? AND n = ?',
  byJob: 'SELECT * FROM checklist_item WHERE job = ?',
  openOf: `
    SELECT * FROM checklist_item WHERE state = 'open' AND of GLOB ? || ':*' ORDER BY due IS NULL, due, id LIMIT ?
  `,
  countOpen: `
    SELECT count(*) AS open, count(*) FILTER (WHERE due < @day) AS overdue FROM checklist_item
    WHERE state = 'open' AND of GLOB @kind || ':*'
  `,
  change: `
    UPDATE checklist_item SET state = @state, at = @at, actor = @actor, note = @note, job = @job WHERE id = @id
    RETURNING *
  `,
};

export function createChecklistRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** At the end of the list. */
    add: (of: string, item: NewItem) => statements.add.get({ of, ...item }) as ChecklistItem,

    of: (of: string) => statements.of.all(of) as ChecklistItem[],

    find: (of: string, n: number) => (statements.find.get(of, n) as ChecklistItem | undefined) ?? null,

    /** The items that have started that job; normally none or one. */
    byJob: (job: number) => statements.byJob.all(job) as ChecklistItem[],

    /** The open items of all owners of a kind, such as `incident`; the earliest due first. */
    openOf: (kind: string, limit: number) => statements.openOf.all(kind, limit) as ChecklistItem[],

    /** `overdue`: those due before that day. */
    countOpen: (kind: string, day: string) =>
      statements.countOpen.get({ kind, day }) as { open: number; overdue: number },

    change: (id: number, change: Change) => statements.change.get({ id, ...change }) as ChecklistItem,
  };
}
