// The part of a job's page that leads to the backup that it made, tested or restored.
import type { Backup } from '../../backup-store/backup.ts';
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import type { BackupsContext } from '../parts.ts';
import { readStanding, viewBackup } from './backup-view.ts';

const verbs: Record<string, string> = { backup: 'Made by this job', drill: 'Tested', restore: 'Restored' };

export const backupPart = (ctx: BackupsContext): JobPart => ({
  template: 'backups/backup-part',
  load(job) {
    const verb = Object.hasOwn(verbs, job.operation) ? verbs[job.operation] : undefined;
    const backup = verb ? findBackupOf(ctx, job) : null;
    if (!backup) return null;
    const { at, gone_at: goneAt } = backup;
    const { href, name, badge, size, kind } = viewBackup(ctx, backup, readStanding(ctx));
    return { verb, href, name, at, badge, size, kind, goneAt };
  },
});

/** A job that has not ended names the backup in its arguments; a test that has failed is the last one of its backup. */
function findBackupOf({ backups }: BackupsContext, { args, number, result }: JobFacts): Backup | null {
  const id = result?.backup ?? args.backup;
  return typeof id === 'string' ? backups.find(id) : backups.testedBy(number);
}
