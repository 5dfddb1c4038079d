// Why a person may not delete a backup.
import type { Backup } from '../backup-store/backup.ts';
import type { BackupJobs } from '../backup-store/backup-jobs-repository.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { AppError } from '../core/errors.ts';

type Given = {
  backups: Pick<BackupRepository, 'newest' | 'otherProven'>;
  jobs: Pick<BackupJobs, 'userOf'>;
};

/** Null when a person may delete it. */
export function whyKept({ backups, jobs }: Given, backup: Backup): AppError | null {
  const { id, kind, proof, is_kept: isKept } = backup;
  if (proof === 'proven' && !backups.otherProven(id))
    return lastProven('The only proven backup cannot be deleted. Test another one first.');
  if (kind === 'full' && backups.newest()?.id === id)
    return lastProven('The newest backup cannot be deleted. Make another one first.');
  if (isKept) return new AppError('wrong_state', 'This backup is kept. Release it first, then delete it.');
  const job = jobs.userOf(backup);
  if (job === null) return null;
  return new AppError('wrong_state', `Job #${job} uses this backup. Wait until it has ended.`);
}

function lastProven(message: string): AppError {
  return new AppError('last_proven', message);
}
