// The objectives that differ from their default, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { ObjectiveValue } from './objective.ts';

export type SavedObjective = ObjectiveValue & { name: string; changed_at: string; changed_by: string };

type Row = Omit<SavedObjective, 'is_on'> & { is_on: number };

export type ObjectiveRepository = ReturnType<typeof createObjectiveRepository>;

const sql = {
  saved: `
    SELECT name, target, window_days, threshold_ms, is_on, changed_at, changed_by FROM objective ORDER BY name
  `,
  put: `
    INSERT INTO objective (name, target, window_days, threshold_ms, is_on, changed_at, changed_by)
    VALUES (@name, @target, @window_days, @threshold_ms, @is_on, @changed_at, @changed_by)
    ON CONFLICT (name) DO UPDATE SET target = @target, window_days = @window_days,
      threshold_ms = @threshold_ms, is_on = @is_on, changed_at = @changed_at, changed_by = @changed_by
  `,
  remove: 'DELETE FROM objective WHERE name = ?',
};

export function createObjectiveRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** By name, those of objectives that are gone included. */
    saved(): Map<string, SavedObjective> {
      const rows = statements.saved.all() as Row[];
      return new Map(rows.map((row) => [row.name, { ...row, is_on: row.is_on === 1 }]));
    },

    put: ({ is_on, ...saved }: SavedObjective) => statements.put.run({ ...saved, is_on: is_on ? 1 : 0 }),

    /** Back to the default. */
    remove: (name: string) => statements.remove.run(name),
  };
}
