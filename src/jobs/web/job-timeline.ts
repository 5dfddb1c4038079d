// What happened to a job, in order: its own times, and what the audit log tells of others' hands and of attempts before
// the last.
import type { Trail } from '../../core/audit.ts';
import type { Job } from '../job.ts';
import { formatDuration } from '../../core/format.ts';
import { secondsBetween } from '../job-view.ts';

type Moment = { tone: string; icon: string; word: string; at: string; note: string | null };

const endings = {
  succeeded: ['ok', 'check', 'Succeeded'],
  failed: ['bad', 'cross', 'Failed'],
  cancelled: ['idle', 'slash', 'Cancelled'],
} as const;

/** `trail` is what the audit log has of the job. */
export function viewTimeline(job: Job, trail: Trail[]): Moment[] {
  return [...begin(job), ...phases(job), ...told(job, trail), ...end(job, trail)].sort((one, other) =>
    one.at.localeCompare(other.at),
  );
}

function begin(job: Job): Moment[] {
  const accepted = { tone: 'ok', icon: 'check', word: `Accepted, asked by ${job.requested_by}` };
  const moments = [{ ...accepted, at: job.created_at, note: null }];
  if (job.started_at === null) return moments;
  const waited = secondsBetween(job.created_at, job.started_at);
  const word = job.attempt > 1 ? `Started, attempt ${job.attempt}` : 'Started';
  const note = waited >= 1 && job.attempt <= 1 ? `Waited ${formatDuration(waited)}` : null;
  return [...moments, { tone: 'ok', icon: 'play', word, at: job.started_at, note }];
}

/** Only the last phase of a job that runs is under way; of one that did not succeed it was ended. */
function phases({ progress, status }: Job): Moment[] {
  const begun = progress?.phases ?? [];
  const last =
    status === 'running'
      ? { tone: 'run', icon: 'half' }
      : status === 'succeeded'
        ? { tone: 'ok', icon: 'check' }
        : { tone: 'idle', icon: 'slash' };
  return begun.map(({ name, started_at }, at) => ({
    ...(at === begun.length - 1 ? last : { tone: 'ok', icon: 'check' }),
    word: `Phase ${name}`,
    at: started_at,
    note: null,
  }));
}

function told(job: Job, trail: Trail[]): Moment[] {
  return trail.flatMap(({ event, at, actor, detail }) => {
    const failure = typeof detail?.failure === 'string' ? detail.failure : null;
    switch (event) {
      case 'job.cancel':
        if (isCancelledAtOnce(job)) return [];
        return [{ tone: 'hold', icon: 'pause', word: `Asked to stop by ${actor}`, at, note: null }];
      case 'job.retrying': {
        const word = `Attempt ${detail?.attempt} failed for the moment`;
        return [{ tone: 'warn', icon: 'retry', word, at, note: failure }];
      }
      case 'job.recovered':
        return [{ tone: 'warn', icon: 'tri', word: 'Found when the server started again', at, note: null }];
      default:
        return [];
    }
  });
}

/** The end, or what is to come. */
function end(job: Job, trail: Trail[]): Moment[] {
  const moments: Moment[] = [];
  if (job.kill_at && (!job.finished_at || job.kill_at <= job.finished_at)) {
    const word = job.finished_at ? 'Ended by force' : 'Ended by force if still there';
    moments.push({ tone: 'warn', icon: 'tri', word, at: job.kill_at, note: null });
  }
  if (job.status === 'retrying' && job.next_attempt_at) {
    const word = `Attempt ${job.attempt + 1} begins`;
    moments.push({ tone: 'idle', icon: 'clock', word, at: job.next_attempt_at, note: null });
  }
  if (!job.finished_at) return moments;
  const [tone, icon, ending] = endings[job.status as keyof typeof endings];
  const by = isCancelledAtOnce(job) && trail.find(({ event }) => event === 'job.cancel')?.actor;
  const word = by ? `${ending} by ${by}` : ending;
  return [...moments, { tone, icon, word, at: job.finished_at, note: null }];
}

/** It waited; nothing had to be stopped. */
const isCancelledAtOnce = (job: Job) =>
  job.status === 'cancelled' && job.cancel_requested_at === job.finished_at;
