// The part of a job's page that leads to the backup that it made, tested or restored.
import type { Backup } from '../../backup-store/backup.ts';
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import { isTerminal } from '../../jobs/job.ts';
import type { BackupsContext } from '../parts.ts';
import { readStanding, viewBackup } from './backup-view.ts';

const named = ['backup', 'drill', 'restore'];

export const backupPart = (ctx: BackupsContext): JobPart => ({
  template: 'backups/backup-part',
  load(job) {
    const backup = named.includes(job.operation) ? findBackupOf(ctx, job) : null;
    if (!backup) return null;
    const { at, gone_at: goneAt } = backup;
    const { href, name, badge, size, kind } = viewBackup(ctx, backup, readStanding(ctx));
    return { verb: describePart(job), href, name, at, badge, size, kind, goneAt };
  },
});

/** A job that has not ended names the backup in its arguments; a test that has failed is the last one of its backup. The result of
 *  a restore names the copy that was made before it. */
function findBackupOf(
  { backups }: BackupsContext,
  { operation, args, number, result }: JobFacts,
): Backup | null {
  const id = operation === 'restore' ? args.backup : (result?.backup ?? args.backup);
  return typeof id === 'string' ? backups.find(id) : backups.testedBy(number);
}

/** The part that the backup has in the job. */
function describePart({ operation, status, mode, args }: JobFacts): string {
  if (operation === 'backup') return 'Made by this job';
  const [before, done, not] =
    operation === 'drill' ? wordsOf.test : args.dry_run ? wordsOf.plan : wordsOf.restore;
  if (!isTerminal(status)) return before;
  if (status === 'cancelled' || mode === 'noop') return not;
  return status === 'succeeded' || operation === 'drill' ? done : not;
}

/** Before the job has ended, after it, and when it came to nothing. */
const wordsOf = {
  test: ['To be tested', 'Tested', 'Not tested by this job'],
  plan: ['To be compared with the library', 'Compared with the library, not restored', 'Not restored'],
  restore: ['To be restored', 'Restored', 'Not restored'],
} as const;
