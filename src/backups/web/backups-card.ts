// An invisible card whose content is a digest of all that the pages of backups can show. When it changes, the open pages fetch
// themselves again: each shows the list of its address, so they cannot be cards.
import { createHash } from 'node:crypto';
import type { SharedCard } from '../../web/card.ts';
import type { BackupsContext } from '../parts.ts';
import { activeJobs } from '../active-jobs.ts';

export const backupsCard = (ctx: BackupsContext): SharedCard => {
  let known: string | null = null;
  // Jobs report their progress often, and backups seldom change.
  ctx.bus.on('backups', () => {
    known = null;
  });
  return {
    name: 'backups',
    host: 'backup-changes',
    path: '/ui/backups/changes',
    dirtyOn: ['backups', 'schedules', 'settings', 'job'],
    load() {
      known ??= hash(ctx.backups.all());
      const jobs = activeJobs(ctx).map(({ number, status }) => [number, status]);
      return { digest: hash([known, jobs, ctx.backupSchedules.read(), ctx.libraryRevision()]) };
    },
  };
};

function hash(state: unknown): string {
  return createHash('sha1').update(JSON.stringify(state)).digest('base64url');
}
