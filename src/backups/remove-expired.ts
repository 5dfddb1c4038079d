// Removes the backups that the limits no longer keep once a new one is made.
import { findDefect, isSeenDamaged } from '../backup-store/as-files-say.ts';
import type { Backup } from '../backup-store/backup.ts';
import { createBackupRepository } from '../backup-store/backup-repository.ts';
import { look } from '../backup-store/look-at-file.ts';
import { noteBackup } from '../backup-store/note-backup.ts';
import { createRemoval } from '../backup-store/removal.ts';
import type { WrittenSet } from '../backup-store/set-draft.ts';
import { setFolder } from '../backup-store/set-files.ts';
import { removeBackup } from '../backup-store/unfinished.ts';
import type { Kernel } from '../core/kernel.ts';
import { findExpired } from './retention.ts';

type Given = Pick<Kernel, 'config' | 'now' | 'ops'> & { audit: Pick<Kernel['audit'], 'record'> };
type Log = (line: string) => void;

/** Returns the ids of those that it has removed; `log` receives a line about each. The new set counts even when an old one
 *  cannot be read or removed. One that a look has found damaged, now or since its last test, is left for a person to look
 *  at. */
export async function removeExpired(
  given: Given,
  made: Pick<WrittenSet, 'backup' | 'made_at' | 'bytes'>,
  log: Log,
): Promise<string[]> {
  const { audit, config, now, ops } = given;
  const removal = createRemoval(ops, now);
  const newest = { id: made.backup, at: made.made_at, kind: 'full', bytes: made.bytes } as const;
  const next = async () => {
    const whole = await findWhole(given);
    return removal.next((rows) => {
      // The server may have seen the new set already.
      const known = rows.filter(({ id }) => whole.has(id) && id !== made.backup);
      return findExpired([...known, { ...newest, proof: 'none', is_kept: false }], config, made.made_at);
    });
  };
  const removed: string[] = [];
  try {
    for (let one = await next(); one !== null; one = await next()) {
      if (await removeFiles(config, one, log)) removed.push(one.id);
      // Written once it is true: one that stays is tried again after each backup.
      if (await isThere(config, one)) removal.undo(one);
      else noteBackup(audit, 'backup.gone', one, { expired: true });
    }
  } catch (error) {
    log(`No more old backups could be removed: ${(error as Error).message}.`);
  }
  return removed;
}

/** The ids of the sets whose files are as their manifests say. */
async function findWhole({ config, ops }: Given): Promise<Set<string>> {
  const whole = new Set<string>();
  for (const one of createBackupRepository(ops).all())
    if (one.kind !== 'before_import' && (await isWhole(config, one))) whole.add(one.id);
  return whole;
}

async function isWhole(config: Given['config'], one: Backup): Promise<boolean> {
  if (isSeenDamaged(one) || !(await isThere(config, one))) return false;
  return (await findDefect(config, one).catch(() => 'unknown')) === null;
}

/** Also when nobody can say. */
async function isThere(config: Given['config'], { id }: Backup): Promise<boolean> {
  return (await look(setFolder(config, id)).catch(() => 'unknown')) !== null;
}

/** False when they were gone before, or stay. */
async function removeFiles(config: Given['config'], one: Backup, log: Log): Promise<boolean> {
  try {
    const isRemoved = await removeBackup(config, one.id);
    if (isRemoved) log(`Removed ${one.id}, which the limits no longer keep.`);
    return isRemoved;
  } catch (error) {
    const stays = await isThere(config, one);
    log(`${one.id} could not be removed${stays ? '' : ' as a whole'}: ${(error as Error).message}.`);
    return !stays;
  }
}
