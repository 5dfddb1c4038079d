import type { SharedCard } from '../../web/card.ts';
import { viewJob } from '../job-view.ts';
import type { JobContext } from '../parts.ts';

const shown = 10;

/** The newest jobs, on the dashboard. */
export const jobsCard = (ctx: JobContext): SharedCard => ({
  name: 'jobs',
  host: 'ops-jobs-card',
  path: '/ui/operations/jobs',
  dirtyOn: ['job'],
  load: () => ({
    jobs: ctx.repository.newest(shown).map((job) => viewJob(ctx, job)),
    total: ctx.listing.total(),
  }),
});
