// Removes backups that limits no longer keep. A removal takes as long as its files take, so each one is decided anew by the rows
// and jobs as they are in the transaction that records it: a person may have kept it meanwhile, or have deleted another one.
import type { Db } from '../core/db/open.ts';
import type { Backup } from './backup.ts';
import { createBackupJobs } from './backup-jobs-repository.ts';
import { createBackupRepository } from './backup-repository.ts';

/** Returns the ids of those to remove, the first one first. `backups`: those that are there, newest first. */
type Choose = (backups: Backup[]) => readonly string[];

export function createRemoval(ops: Db, now: () => Date) {
  const backups = createBackupRepository(ops, now);
  const { userOf } = createBackupJobs(ops);
  const tried = new Set<string>();

  return {
    /** Records that the first chosen one is gone, and returns it: its files are to be removed next. Null when none is left. One
     *  that a job uses stays, and none is returned twice. */
    next: (choose: Choose): Backup | null =>
      backups.transaction(() => {
        const rows = backups.all();
        const there = new Map(rows.map((row) => [row.id, row]));
        for (const id of choose(rows)) {
          const row = there.get(id);
          if (!row || tried.has(id) || userOf(row) !== null) continue;
          tried.add(id);
          backups.markGone(id, now().toISOString());
          return row;
        }
        return null;
      }),

    /** Its files are where they were. */
    undo: (backup: Backup) => backups.add(backup),
  };
}
