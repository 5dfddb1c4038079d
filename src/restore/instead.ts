// The backup that is offered when the one that was named cannot be restored, or has failed its test.
import fs from 'node:fs';
import type { Backup } from '../backup-store/backup.ts';
import { createBackupRepository } from '../backup-store/backup-repository.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';
import { libraryFile } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { type Db, serverBusyMs } from '../core/db/open.ts';
import { readFrom } from '../core/db/read-from.ts';
import { AppError, badInput } from '../core/errors.ts';

type Place = Pick<Config, 'backupPath' | 'opsDatabasePath'>;

/** Runs a restore of a backup. When that one cannot be restored, the refusal offers another one. */
export async function offeringInstead<T>(
  place: Place,
  backup: string,
  restore: () => Promise<T>,
): Promise<T> {
  try {
    return await restore();
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.code !== 'cannot_restore') throw error;
    const instead = findInstead(place, backup);
    const next = describe(instead);
    throw badInput('cannot_restore', `${error.message} ${next}`, {
      name: 'Not restored',
      why: 'A file of the backup is missing, damaged, or of another version. The library was not touched.',
      next,
      instead: instead && { backup: instead.id, at: instead.at },
    });
  }
}

/** The newest other backup that is proven and there; null without one, or when ops.db cannot be read. */
function findInstead(place: Place, id: string): Backup | null {
  const isUsable = (one: Backup) =>
    one.id !== id && one.proof === 'proven' && fs.existsSync(libraryFile(place, one.id));
  try {
    const all = readFrom(place.opsDatabasePath, (ops) => createBackupRepository(ops).all()) ?? [];
    return all.find(isUsable) ?? null;
  } catch {
    return null;
  }
}

function describe(instead: Backup | null): string {
  if (instead === null) return 'Restore another backup; no other one is proven.';
  return `Restore ${instead.id} instead, the ${describeBackup(instead.id)}, which is proven.`;
}

/** The warning of a restore of a backup that a test has found damaged; null for another one. Only rows are read. */
export function describeFailedTest({ opsDatabasePath }: Place, id: string): string | null {
  try {
    const read = (ops: Db) => {
      const backups = createBackupRepository(ops);
      const backup = backups.find(id);
      if (backup?.proof !== 'failed') return null;
      const proven = backups.otherProven(id);
      const text = backup.proof_text ? `: ${backup.proof_text}` : '.';
      const other = proven ? `The ${describeBackup(proven.id)} is proven.` : 'No other backup is proven.';
      return `Its test failed${text} ${other}`;
    };
    return readFrom(opsDatabasePath, read, serverBusyMs);
  } catch {
    return null;
  }
}
