// The running and waiting jobs that a page lists.
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { Job } from '../jobs/job.ts';

/** Waiting jobs that are listed; further ones are counted. Every running job is listed. */
const waitingShown = 3;

/** `more`: a link to the further ones; null without any. Jobs that wait are found by their operation, if all have the same. */
export function foldWaiting<One extends Pick<Job, 'operation' | 'status'>>(jobs: One[]) {
  const running = jobs.filter(({ status }) => status === 'running');
  const all = jobs.filter(({ status }) => status !== 'running');
  const [operation, ...others] = new Set(all.map((job) => job.operation));
  const filter = { operation: others.length === 0 ? operation : undefined, status: 'queued,retrying' };
  const further = all.length - waitingShown;
  const text = plural(further, 'more job waits', 'more jobs wait');
  return {
    running,
    waiting: all.slice(0, waitingShown),
    more: further > 0 ? { text, href: url('/jobs', filter) } : null,
  };
}
