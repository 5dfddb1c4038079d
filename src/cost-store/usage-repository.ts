// Usage by day, in ops.db. The server and the workers write it.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { UsageName } from './usage-item.ts';

/** `day`: `2026-11-30`, of this machine's time zone. */
export type UsageRow = { day: string; item: UsageName; quantity: number; is_estimate: boolean };

export type UsageRepository = ReturnType<typeof createUsageRepository>;

const columns = 'day, item, is_estimate, quantity';

const sql = {
  add: `
    INSERT INTO usage_day (${columns}) VALUES (@day, @item, @is_estimate, @quantity)
    ON CONFLICT (day, item, is_estimate) DO UPDATE SET quantity = quantity + excluded.quantity
  `,
  set: `
    INSERT INTO usage_day (${columns}) VALUES (@day, @item, @is_estimate, @quantity)
    ON CONFLICT (day, item, is_estimate) DO UPDATE SET quantity = excluded.quantity
  `,
  since: `SELECT ${columns} FROM usage_day WHERE day >= ? ORDER BY day, item`,
  prune: 'DELETE FROM usage_day WHERE day < ?',
};

export function createUsageRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const toStored = ({ is_estimate, ...row }: UsageRow) => ({ ...row, is_estimate: is_estimate ? 1 : 0 });
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
    add: (row: UsageRow) => void statements.add.run(toStored(row)),
    /** Replaces the quantity of an item of which the last measurement of a day counts. */
    set: (row: UsageRow) => void statements.set.run(toStored(row)),
    since(day: string): UsageRow[] {
      const rows = statements.since.all(day) as (Omit<UsageRow, 'is_estimate'> & { is_estimate: number })[];
      return rows.map((row) => ({ ...row, is_estimate: row.is_estimate === 1 }));
    },
    /** Removes the usage of days before this one. */
    prune: (day: string) => void statements.prune.run(day),
  };
}
