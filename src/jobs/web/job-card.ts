// The card of one job, on that job's page: its state, its progress, its timeline. The log is not part of it, so that
// updates keep a text selection there.
import type { RecordCard } from '../../web/card.ts';
import type { JobContext } from '../parts.ts';
import { viewJobPage } from './job-page.ts';

export const jobCard = (ctx: JobContext): RecordCard => ({
  name: 'job',
  host: 'job-:number-card',
  path: '/ui/jobs/:number/card',
  dirtyOn: ['job', 'operations'],
  exists: (number) => ctx.repository.find(number) !== null,
  load: (number) => viewJobPage(ctx, ctx.jobs.find(number)),
});
