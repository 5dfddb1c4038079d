// The cards of jobs: the newest ones on the dashboard, and those of one job on its page. Its state does not contain the log
// and the rows, so that updates keep a text selection there.
import type { Card } from '../../web/card.ts';
import type { Job } from '../job.ts';
import { viewJob } from '../job-view.ts';
import { jobLogFile, jobLogSize } from '../../job-log/log.ts';
import type { JobContext } from '../parts.ts';
import { viewChips } from './job-list.ts';
import { viewJobPage } from './job-page.ts';

const newestShown = 10;

export function jobCards(ctx: JobContext): Card[] {
  const { config, jobs, listing, repository } = ctx;
  const exists = (number: string) => repository.find(number) !== null;
  return [
    {
      name: 'jobs',
      host: 'ops-jobs-card',
      path: '/ui/operations/jobs',
      dirtyOn: ['job', 'jobs-removed', 'maintenance'],
      load: async () => ({
        jobs: repository.newest(newestShown).map((job) => viewJob(ctx, job)),
        total: listing.total(),
        chips: viewChips({}, await listing.tally({})).filter(({ tone, jobs }) => tone !== '' && jobs !== '0'),
      }),
    },
    /** Its state, its progress, its timeline, and the parts of other features. */
    {
      name: 'job',
      host: 'job-:number-card',
      path: '/ui/jobs/:number/card',
      dirtyOn: ['job', 'operations', 'maintenance'],
      exists,
      async load(number: string) {
        const job = jobs.find(number);
        return { ...viewJobPage(ctx, job), parts: await loadParts(ctx, job) };
      },
    },
    /** The size of its log; when it changes, the page fetches the new lines. */
    {
      name: 'log',
      host: 'log-:number-size',
      path: '/ui/jobs/:number/log/size',
      dirtyOn: ['job'],
      dirtyOnRecord: ['log'],
      exists,
      load: (number: string) => ({ size: jobLogSize(jobLogFile(config.root, jobs.find(number).number)) }),
    },
    /** Its newest result row; when it changes, the page reloads its rows. */
    {
      name: 'rows',
      host: 'rows-:number-news',
      path: '/ui/jobs/:number/rows/news',
      dirtyOn: ['job'],
      dirtyOnRecord: ['rows'],
      exists,
      load: (number: string) => ({ newest: listing.newestRow(jobs.find(number).id) }),
    },
  ];
}

async function loadParts({ jobParts }: Pick<JobContext, 'jobParts'>, job: Job) {
  const loading = jobParts().map(async ({ template, load }) => ({ template, data: await load(job) }));
  return (await Promise.all(loading)).filter(({ data }) => data !== null);
}
