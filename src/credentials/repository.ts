// Stores in ops.db which files hold the credentials, and what their last checks have found. Never their content.
import type { CheckStatus, CheckStep } from '../core/check-steps.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { CredentialKind } from './credential-list.ts';

/** `saved`: the file in use unless the environment names one. `next`: waits until its check passes. `environment`: only the
 *  check of what the environment names is kept. */
export type Slot = 'saved' | 'next' | 'environment';

export type KeyCheck = { checked_at: string; status: CheckStatus; text: string; steps: CheckStep[] };

export type StoredKey = {
  name: string;
  slot: Slot;
  path: string;
  kind: CredentialKind;
  sha256: string;
  mode: number;
  changed_at: string;
  changed_by: string;
  /** Null when it was not checked since it changed. */
  check: KeyCheck | null;
};

type Row = Omit<StoredKey, 'check'> & {
  checked_at: string | null;
  status: CheckStatus | null;
  text: string | null;
  steps: string | null;
};

export type KeyRepository = ReturnType<typeof createKeyRepository>;

export function createKeyRepository(ops: Db) {
  const columns =
    'name, slot, path, kind, sha256, mode, changed_at, changed_by, checked_at, status, text, steps';
  const statements = prepareAll(ops, {
    find: `SELECT ${columns} FROM credential WHERE name = ? AND slot = ?`,
    all: `SELECT ${columns} FROM credential ORDER BY name, slot`,
    put: `
      INSERT OR REPLACE INTO credential (${columns})
      VALUES (@name, @slot, @path, @kind, @sha256, @mode, @changed_at, @changed_by, @checked_at, @status, @text, @steps)
    `,
    remove: 'DELETE FROM credential WHERE name = ? AND slot = ?',
    forgetChecks: `
      UPDATE credential SET checked_at = NULL, status = NULL, text = NULL, steps = NULL WHERE name = ?
    `,
  });
  return {
    find(name: string, slot: Slot): StoredKey | null {
      const row = statements.find.get(name, slot) as Row | undefined;
      return row ? parse(row) : null;
    },

    all: (): StoredKey[] => (statements.all.all() as Row[]).map(parse),

    put({ check, ...key }: StoredKey) {
      const { checked_at, status, text, steps } = check ?? nothingChecked;
      statements.put.run({ ...key, checked_at, status, text, steps: steps && JSON.stringify(steps) });
    },

    remove: (name: string, slot: Slot) => void statements.remove.run(name, slot),

    /** After a change of what the check would find. */
    forgetChecks: (name: string) => void statements.forgetChecks.run(name),

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

const nothingChecked = { checked_at: null, status: null, text: null, steps: null };

function parse({ checked_at, status, text, steps, ...key }: Row): StoredKey {
  const check =
    checked_at === null
      ? null
      : {
          checked_at,
          status: status ?? 'ok',
          text: text ?? '',
          steps: JSON.parse(steps ?? '[]') as CheckStep[],
        };
  return { ...key, check };
}
