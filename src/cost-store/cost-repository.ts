// Closed days and entered lines of costs, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';

/** `quantity`: null for a line that was entered before its day was closed. `item`: of usage, or `other:<name>`. */
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

const insert = `
  INSERT INTO cost_day (${columns}) VALUES (@day, @item, @quantity, @unit_price, @amount, @currency, @is_estimate,
    @is_manual, @note, @changed_at, @changed_by)
`;

const sql = {
  since: `SELECT ${columns} FROM cost_day WHERE day >= ? ORDER BY day, item`,
  find: `SELECT ${columns} FROM cost_day WHERE day = ? AND item = ?`,
  close: `${insert} ON CONFLICT (day, item) DO NOTHING`,
  put: `
    ${insert} ON CONFLICT (day, item) DO UPDATE SET quantity = @quantity, unit_price = @unit_price, amount = @amount,
      currency = @currency, is_estimate = @is_estimate, is_manual = @is_manual, note = @note, changed_at = @changed_at,
      changed_by = @changed_by
  `,
  remove: 'DELETE FROM cost_day WHERE day = ? AND item = ?',
};

export function createCostRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const toStored = (row: CostRow): Stored => ({
    ...row,
    is_estimate: row.is_estimate ? 1 : 0,
    is_manual: row.is_manual ? 1 : 0,
  });
  const read = (row: Stored): CostRow => ({
    ...row,
    is_estimate: row.is_estimate === 1,
    is_manual: row.is_manual === 1,
  });
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
    since: (day: string) => (statements.since.all(day) as Stored[]).map(read),
    find(day: string, item: string): CostRow | null {
      const row = statements.find.get(day, item) as Stored | undefined;
      return row ? read(row) : null;
    },
    /** False for a line that is there already, which stays as it is. */
    close: (row: CostRow): boolean => statements.close.run(toStored(row)).changes === 1,
    put: (row: CostRow) => void statements.put.run(toStored(row)),
    remove: (day: string, item: string) => void statements.remove.run(day, item),
  };
}
