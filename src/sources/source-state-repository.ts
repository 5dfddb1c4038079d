// Stores the findings of each named sheet's last check, and since when the sheet has changed, in the table `source_state` of
// ops.db.
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
    find: `SELECT ${columns} FROM source_state WHERE name = ? AND checked_at IS NOT NULL`,
    put: `
      INSERT INTO source_state (name, ${columns})
      VALUES (@name, @checked_at, @status, @text, @steps, @rows, @hashes)
      ON CONFLICT (name) DO UPDATE SET checked_at = excluded.checked_at, check_status = excluded.check_status,
        check_text = excluded.check_text, check_steps = excluded.check_steps, row_count = excluded.row_count,
        seen_hash = excluded.seen_hash
    `,
    changedSince: 'SELECT changed_since FROM source_state WHERE name = ?',
    putChange: 'UPDATE source_state SET changed_since = @since WHERE name = @name',
    forgetLooks: `
      UPDATE source_state SET checked_at = NULL, check_status = NULL, check_text = NULL, check_steps = NULL,
        row_count = NULL, seen_hash = NULL, changed_since = NULL
      WHERE name = ?
    `,
    remove: 'DELETE FROM source_state WHERE name = ?',
  });
  return {
    /** The last check; null without one. */
    find(name: string): SourceState | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? parse(row) : null;
    },

    put(name: string, { steps, hashes, ...state }: SourceState) {
      const texts = { steps: JSON.stringify(steps), hashes: hashes && JSON.stringify(hashes) };
      statements.put.run({ name, ...state, ...texts });
    },

    /** The time of the first look that found the sheet changed since its last import or export; null without a change. */
    changedSince: (name: string) =>
      (statements.changedSince.get(name) as { changed_since: string | null } | undefined)?.changed_since ??
      null,
    putChange: (name: string, since: string | null) => void statements.putChange.run({ name, since }),

    /** Forgets what was seen of the sheet; its runs stay. */
    forgetLooks: (name: string) => void statements.forgetLooks.run(name),

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
