// The one sentence about a job that its starter is told when it is queued and when it has ended.
import type { Job } from './job.ts';
import type { Notice } from '../web/flash.ts';
import { viewJob } from './job-view.ts';
import type { Services } from '../web/services.ts';

export function queuedNotice(services: Services, job: Job): Notice {
  const ahead = services.jobs.waitsFor(job);
  const start = ahead ? `It starts when ${ahead.operation} #${ahead.number} has ended.` : 'It starts now.';
  const text = job.reason ? `${start} Reason: ${job.reason}` : start;
  return { tone: 'ok', title: `${nameOf(services, job)} queued.`, text, job: job.number };
}

/** Null as long as the job has not ended. */
export function endNotice(services: Services, job: Job): Notice | null {
  const name = nameOf(services, job);
  const { outcome, took } = viewJob(services, job);
  const after = took ? ` after ${took}` : '';
  switch (job.status) {
    case 'succeeded':
      return { tone: 'ok', title: `${name} is done${after}.`, text: outcome ?? '' };
    case 'failed':
      return { tone: 'bad', title: `${name} failed${after}.`, text: job.failure?.message ?? '' };
    case 'cancelled':
      return {
        tone: 'ok',
        title: `${name} is cancelled.`,
        text: job.started_at ? 'No process is left.' : 'It had not started.',
      };
    default:
      return null;
  }
}

function nameOf({ catalogue }: Services, job: Job): string {
  return `${catalogue.find(job.operation)?.title ?? job.operation} #${job.number}`;
}
