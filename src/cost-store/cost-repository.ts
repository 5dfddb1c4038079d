// Closed days and entered lines of costs, in ops.db. An entered line of an item of usage lies over its closed line, which stays
// as it is.
import { type Db, prepareAll } from '../core/db/open.ts';
import { isPriced } from './amounts.ts';

/** `quantity`: null for an entered line. `item`: of usage, or `other:<name>`. */
export type CostRow = {
  day: string;
  item: string;
  quantity: number | null;
  unit_price: number | null;
  amount: number | null;
  currency: string | null;
  is_estimate: boolean;
  is_manual: boolean;
  note: string | null;
  changed_at: string;
  changed_by: string;
};

type Stored = Omit<CostRow, 'is_estimate' | 'is_manual'> & { is_estimate: number; is_manual: number };

export type CostRepository = ReturnType<typeof createCostRepository>;

const columns =
  'day, item, quantity, unit_price, amount, currency, is_estimate, is_manual, note, changed_at, changed_by';

const sql = {
  since: `SELECT ${columns} FROM cost_day WHERE day >= ? ORDER BY day, item`,
  find: `SELECT ${columns} FROM cost_day WHERE day = ? AND item = ? AND is_manual = ?`,
  put: `
    INSERT INTO cost_day (${columns}) VALUES (@day, @item, @quantity, @unit_price, @amount, @currency, @is_estimate,
      @is_manual, @note, @changed_at, @changed_by)
    ON CONFLICT (day, item) DO UPDATE SET quantity = @quantity, unit_price = @unit_price, amount = @amount,
      currency = @currency, is_estimate = @is_estimate, is_manual = @is_manual, note = @note, changed_at = @changed_at,
      changed_by = @changed_by
  `,
  remove: 'DELETE FROM cost_day WHERE day = ? AND item = ? AND is_manual = 1',
};

/** Begins the stored item of an entered line that lies over a line of usage. */
const hand = 'hand:';

export function createCostRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const itemOfManual = (item: string) => (isPriced(item) ? hand + item : item);
  const toStored = (row: CostRow): Stored => ({
    ...row,
    item: row.is_manual ? itemOfManual(row.item) : row.item,
    is_estimate: row.is_estimate ? 1 : 0,
    is_manual: row.is_manual ? 1 : 0,
  });
  const read = (row: Stored): CostRow => ({
    ...row,
    item: row.item.startsWith(hand) ? row.item.slice(hand.length) : row.item,
    is_estimate: row.is_estimate === 1,
    is_manual: row.is_manual === 1,
  });
  const find = (day: string, item: string, isManual: boolean): CostRow | null => {
    const row = statements.find.get(day, item, isManual ? 1 : 0) as Stored | undefined;
    return row ? read(row) : null;
  };
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
    since: (day: string) => (statements.since.all(day) as Stored[]).map(read),
    findManual: (day: string, item: string) => find(day, itemOfManual(item), true),
    findClosed: (day: string, item: string) => find(day, item, false),
    put: (row: CostRow) => void statements.put.run(toStored(row)),
    /** Removes an entered line; a closed one comes back from beneath it. */
    remove: (day: string, item: string) => void statements.remove.run(day, itemOfManual(item)),
  };
}
