// Why a backup is not deleted, by a person or by retention.
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { AppError } from '../core/errors.ts';
import type { JobFacts } from '../core/job-part.ts';

type Given = {
  backups: Pick<BackupRepository, 'newest' | 'otherProven'>;
  active: () => Pick<JobFacts, 'operation' | 'args' | 'number'>[];
};

/** Null when a person may delete it. */
export function whyKept({ backups, active }: Given, backup: Backup): AppError | null {
  const { id, kind, proof, is_kept: isKept } = backup;
  if (proof === 'proven' && !backups.otherProven(id))
    return lastProven('The only proven backup cannot be deleted. Test another one first.');
  if (kind === 'full' && backups.newest()?.id === id)
    return lastProven('The newest backup cannot be deleted. Make another one first.');
  if (isKept) return new AppError('wrong_state', 'This backup is kept. Release it first, then delete it.');
  const job = active().find((one) => uses(one, backup));
  if (!job) return null;
  return new AppError('wrong_state', `Job #${job.number} uses this backup. Wait until it has ended.`);
}

function lastProven(message: string): AppError {
  return new AppError('last_proven', message);
}

/** A test that names no backup chooses a full one when it starts. */
function uses({ operation, args }: Pick<JobFacts, 'operation' | 'args'>, { id, kind }: Backup): boolean {
  switch (operation) {
    case 'drill':
      return args.backup === undefined ? kind === 'full' : args.backup === id;
    case 'restore':
      return args.backup === id;
    case 'undo':
      return kind === 'before_import';
    default:
      return false;
  }
}
