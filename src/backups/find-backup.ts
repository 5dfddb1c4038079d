import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { AppError } from '../core/errors.ts';
import { formatMinute } from '../core/format.ts';
import { unknownBackup } from './actions.ts';

/** Throws `not_found`, also for one whose files are gone. */
export function findBackup(backups: Pick<BackupRepository, 'find'>, id: string): Backup {
  const found = backups.find(id);
  if (!found) throw unknownBackup(id);
  if (found.gone_at === null) return found;
  const message = `The files of backup ${id} are gone; that was seen on ${formatMinute(found.gone_at)}.`;
  throw new AppError('not_found', message, { gone_at: found.gone_at });
}
