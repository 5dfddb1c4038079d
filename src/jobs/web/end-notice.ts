// The notice at the end of a job, for the tab that started it.
import type { Job } from '../job.ts';
import type { Notice } from '../../web/flash.ts';
import { viewJob } from '../job-view.ts';
import type { JobContext } from '../parts.ts';

/** Null until the job has ended. */
export function endNotice(ctx: JobContext, job: Job): Notice | null {
  const name = `${ctx.catalogue.find(job.operation)?.title ?? job.operation} #${job.number}`;
  const { outcome, took, failure, refusal } = viewJob(ctx, job);
  const undo = ctx.jobParts().flatMap((part) => part.noticeAction?.(job) ?? [])[0];
  const after = took ? ` after ${took}` : '';
  switch (job.status) {
    case 'succeeded':
      if (refusal) return { tone: 'warn', title: `${name} has ended${after}.`, text: outcome ?? '' };
      return { tone: 'ok', title: `${name} is done${after}.`, text: outcome ?? '', ...(undo && { undo }) };
    case 'failed':
      return { tone: 'bad', title: `${name} failed${after}.`, text: failure?.message ?? '' };
    case 'cancelled':
      return {
        tone: 'ok',
        title: `${name} was cancelled.`,
        text: job.failure?.message ?? describeRest(job),
      };
    default:
      return null;
  }
}

/** Without a control over all processes, none can be called the last. */
function describeRest({ started_at, tracking }: Job): string {
  if (started_at === null) return 'It had not started.';
  return tracking === 'group' ? 'Detached processes cannot be found on this system.' : '0 processes left.';
}
