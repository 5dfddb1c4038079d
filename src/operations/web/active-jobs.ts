// The running and waiting jobs of one operation, as its row lists them.
import type { Operation } from '../../core/operation.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { Job } from '../../jobs/job.ts';
import { viewJob } from '../../jobs/job-view.ts';
import type { OperationContext } from '../parts.ts';

/** Waiting jobs that are listed; further ones are counted. Every running job is listed. */
const waitingShown = 3;

/** `jobs`: at least one, by number. `state` is the label of the operation's button. */
export function viewActiveJobs(ctx: OperationContext, { name }: Operation, jobs: Job[]) {
  const running = jobs.filter(({ status }) => status === 'running').map((job) => viewJob(ctx, job));
  const waiting = jobs.filter(({ status }) => status !== 'running');
  const shown = [...running, ...waiting.slice(0, waitingShown).map((job) => viewJob(ctx, job))];
  const more = waiting.length - waitingShown;
  const [first] = shown;
  return {
    jobs: shown,
    runs: running.length,
    more: more > 0 ? plural(more, 'more job waits', 'more jobs wait') : null,
    moreUrl: url('/jobs', { operation: name, status: 'queued,retrying' }),
    state: running.length > 0 ? 'Running' : first?.badge.word,
    badge: running.length > 1 ? { ...running[0]?.badge, word: `${running.length} running` } : first?.badge,
  };
}
