// The saved settings, in the table `setting` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import { prepareSavedSettings } from '../core/db/saved-settings.ts';

export type SavedChange = { changed_at: string; changed_by: string };

export type SettingRepository = ReturnType<typeof createSettingRepository>;

export function createSettingRepository(ops: Db) {
  const statements = prepareAll(ops, {
    changes: 'SELECT key, changed_at, changed_by FROM setting',
    put: `
      INSERT INTO setting (key, value, changed_at, changed_by) VALUES (@key, @value, @changed_at, @changed_by)
      ON CONFLICT (key) DO UPDATE
      SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    `,
    remove: 'DELETE FROM setting WHERE key = ?',
  });
  return {
    values: prepareSavedSettings(ops),

    /** By key, who saved the value, and when. */
    changes(): Map<string, SavedChange> {
      const rows = statements.changes.all() as ({ key: string } & SavedChange)[];
      return new Map(rows.map(({ key, ...change }) => [key, change]));
    },

    /** Null removes the value, so that the default counts. */
    put(key: string, value: unknown, change: SavedChange) {
      if (value === null) statements.remove.run(key);
      else statements.put.run({ key, value: JSON.stringify(value), ...change });
    },

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}
