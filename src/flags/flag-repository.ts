// The flags that differ from their default, and when each was read, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { FlagValue } from './flag.ts';

export type SavedFlag = FlagValue & {
  key: string;
  changed_at: string;
  changed_by: string;
};

/** `since`: when this installation first knew the flag, or when the flag returned to its default. */
export type FlagUse = { key: string; since: string; read_at: string | null };

type Row = Omit<SavedFlag, 'is_on'> & { is_on: number };

export type FlagRepository = ReturnType<typeof createFlagRepository>;

const sql = {
  saved: 'SELECT key, is_on, percent, note, changed_at, changed_by FROM flag ORDER BY key',
  put: `
    INSERT INTO flag (key, is_on, percent, note, changed_at, changed_by)
    VALUES (@key, @is_on, @percent, @note, @changed_at, @changed_by)
    ON CONFLICT (key) DO UPDATE SET is_on = @is_on, percent = @percent, note = @note,
      changed_at = @changed_at, changed_by = @changed_by
  `,
  remove: 'DELETE FROM flag WHERE key = ?',
  uses: 'SELECT key, since, read_at FROM flag_read',
  noteSince: `
    INSERT INTO flag_read (key, since) VALUES (@key, @at) ON CONFLICT (key) DO UPDATE SET since = @at
  `,
  noteKnown: 'INSERT INTO flag_read (key, since) VALUES (@key, @at) ON CONFLICT (key) DO NOTHING',
  noteRead: `
    INSERT INTO flag_read (key, since, read_at) VALUES (@key, @at, @at)
    ON CONFLICT (key) DO UPDATE SET read_at = max(@at, coalesce(read_at, ''))
  `,
};

export function createFlagRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** By key, those of flags that are gone included. */
    saved(): Map<string, SavedFlag> {
      const rows = statements.saved.all() as Row[];
      return new Map(rows.map((row) => [row.key, { ...row, is_on: row.is_on === 1 }]));
    },

    put: ({ is_on, ...flag }: SavedFlag) => statements.put.run({ ...flag, is_on: is_on ? 1 : 0 }),

    /** Back to the default. */
    remove(key: string, at: string) {
      statements.remove.run(key);
      statements.noteSince.run({ key, at });
    },

    uses: () => new Map((statements.uses.all() as FlagUse[]).map((use) => [use.key, use])),
    noteKnown: (key: string, at: string) => statements.noteKnown.run({ key, at }),
    noteRead: (key: string, at: string) => statements.noteRead.run({ key, at }),
  };
}
