// Removes the backups that the limits no longer keep once a new one is made.
import { findDefect, isSeenDamaged } from '../backup-store/as-files-say.ts';
import type { Backup } from '../backup-store/backup.ts';
import { createBackupJobs } from '../backup-store/backup-jobs-repository.ts';
import { createBackupRepository } from '../backup-store/backup-repository.ts';
import type { WrittenSet } from '../backup-store/set-draft.ts';
import { removeBackup } from '../backup-store/unfinished.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { findExpired } from './retention.ts';

/** Returns the ids of those that it has removed; `log` receives a line about each. The new set counts even when an old one cannot be
 *  read or removed. One that a look has found damaged, now or since its last test, is left for a person to look at. */
export async function removeExpired(
  config: Config,
  ops: Db,
  made: Pick<WrittenSet, 'backup' | 'made_at' | 'bytes'>,
  log: (line: string) => void,
): Promise<string[]> {
  const backups = createBackupRepository(ops);
  const whole = new Set<string>();
  for (const one of backups.all()) if (await isWhole(config, one)) whole.add(one.id);
  const { isInUse } = createBackupJobs(ops);
  const newest = { id: made.backup, at: made.made_at, kind: 'full', bytes: made.bytes } as const;
  /** Judges the rows as they are now: a removal may take minutes, in which people keep and delete others. */
  const nextExpired = () => {
    // The server may have seen the new set already.
    const known = backups.all().filter(({ id }) => whole.has(id) && id !== made.backup);
    const all = [...known, { ...newest, proof: 'none', is_kept: false } as const];
    return findExpired(all, config, made.made_at).find((id) => !isInUse(id));
  };
  const removed: string[] = [];
  for (let id = nextExpired(); id !== undefined; id = nextExpired()) {
    whole.delete(id);
    try {
      if (!(await removeBackup(config, id))) continue;
      removed.push(id);
      log(`Removed ${id}, which the limits no longer keep.`);
    } catch (error) {
      log(`${id} could not be removed: ${(error as Error).message}.`);
    }
  }
  return removed;
}

/** A set that is gone has no manifest. */
async function isWhole(config: Config, backup: Backup): Promise<boolean> {
  return !isSeenDamaged(backup) && (await findDefect(config, backup).catch(() => 'unknown')) === null;
}
