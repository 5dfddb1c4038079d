// Stores the findings of each named sheet's last check in the table `source_state` of ops.db.
import type { CheckStatus, CheckStep } from '../core/check-steps.ts';
import { type Db, prepareAll } from '../core/db/open.ts';

export type SourceState = {
  checked_at: string;
  status: CheckStatus;
  text: string;
  steps: CheckStep[];
  /** Of all tabs; null when they could not be read. */
  rows: number | null;
  /** Of the content, as `readSheet` gives them; null when it could not be read. */
  hashes: string[] | null;
};

type Row = {
  checked_at: string;
  check_status: CheckStatus;
  check_text: string;
  check_steps: string;
  row_count: number | null;
  seen_hash: string | null;
};

export type SourceStates = ReturnType<typeof createSourceStates>;

export function createSourceStates(ops: Db) {
  const columns = 'checked_at, check_status, check_text, check_steps, row_count, seen_hash';
  const statements = prepareAll(ops, {
    find: `SELECT ${columns} FROM source_state WHERE name = ?`,
    put: `
      INSERT OR REPLACE INTO source_state (name, ${columns})
      VALUES (@name, @checked_at, @status, @text, @steps, @rows, @hashes)
    `,
    remove: 'DELETE FROM source_state WHERE name = ?',
  });
  return {
    find(name: string): SourceState | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? parse(row) : null;
    },

    put(name: string, { steps, hashes, ...state }: SourceState) {
      const texts = { steps: JSON.stringify(steps), hashes: hashes && JSON.stringify(hashes) };
      statements.put.run({ name, ...state, ...texts });
    },

    remove: (name: string) => void statements.remove.run(name),
  };
}

function parse(row: Row): SourceState {
  return {
    checked_at: row.checked_at,
    status: row.check_status,
    text: row.check_text,
    steps: JSON.parse(row.check_steps),
    rows: row.row_count,
    hashes: row.seen_hash === null ? null : JSON.parse(row.seen_hash),
  };
}
