// The timeline of a job: its stored times, with cancels, earlier attempts and recoveries from the audit log.
import type { Trail } from '../../core/audit.ts';
import type { Operation } from '../../core/operation.ts';
import { shorten } from '../../core/shorten.ts';
import type { Job } from '../job.ts';
import { formatDuration } from '../../core/format.ts';
import { describePhase, secondsBetween } from '../job-view.ts';

type Moment = { tone: string; icon: string; word: string; at: string; note: string | null };

const endings = {
  succeeded: ['ok', 'check', 'Succeeded'],
  failed: ['bad', 'cross', 'Failed'],
  cancelled: ['idle', 'slash', 'Cancelled'],
} as const;

/** `trail`: the job's rows of the audit log. */
export function viewTimeline(job: Job, trail: Trail[], operation: Operation | null): Moment[] {
  return [...begin(job), ...phases(job, operation), ...audited(job, trail), ...end(job, trail)].sort(
    (one, other) => one.at.localeCompare(other.at),
  );
}

function begin(job: Job): Moment[] {
  const accepted = { tone: 'ok', icon: 'check', word: `Accepted, requested by ${job.requested_by}` };
  const moments = [{ ...accepted, at: job.created_at, note: null }];
  if (job.started_at === null) return moments;
  const waited = secondsBetween(job.created_at, job.started_at);
  const word = job.attempt > 1 ? `Started, attempt ${job.attempt}` : 'Started';
  const note = waited >= 1 && job.attempt <= 1 ? `Waited ${formatDuration(waited)}` : null;
  return [...moments, { tone: 'ok', icon: 'play', word, at: job.started_at, note }];
}

/** The last phase is running, done, or stopped with its job. */
function phases({ progress, status }: Job, operation: Operation | null): Moment[] {
  const started = progress?.phases ?? [];
  const last =
    status === 'running'
      ? { tone: 'run', icon: 'half' }
      : status === 'succeeded'
        ? { tone: 'ok', icon: 'check' }
        : { tone: 'idle', icon: 'slash' };
  return started.map(({ name, started_at }, at) => ({
    ...(at === started.length - 1 ? last : { tone: 'ok', icon: 'check' }),
    word: describePhase(name, operation) ?? `Phase ${name}`,
    at: started_at,
    note: null,
  }));
}

function audited(job: Job, trail: Trail[]): Moment[] {
  return trail.flatMap(({ event, at, actor, detail }) => {
    const failure = typeof detail?.failure === 'string' ? shorten(detail.failure) : null;
    switch (event) {
      case 'job.cancel':
        if (isCancelledAtOnce(job)) return [];
        return [{ tone: 'hold', icon: 'pause', word: `Cancel requested by ${actor}`, at, note: null }];
      case 'job.retrying': {
        const word = `Attempt ${detail?.attempt} failed, retry scheduled`;
        return [{ tone: 'warn', icon: 'retry', word, at, note: failure }];
      }
      case 'job.recovered':
        return [{ tone: 'warn', icon: 'tri', word: 'Recovered after a server restart', at, note: null }];
      default:
        return [];
    }
  });
}

/** The end, or the next scheduled step. */
function end(job: Job, trail: Trail[]): Moment[] {
  const moments: Moment[] = [];
  if (job.kill_at && (!job.finished_at || job.kill_at <= job.finished_at)) {
    const word = job.finished_at ? 'Killed' : 'Killed if still running';
    moments.push({ tone: 'warn', icon: 'tri', word, at: job.kill_at, note: null });
  }
  if (job.status === 'retrying' && job.next_attempt_at) {
    const word = `Attempt ${job.attempt + 1} starts`;
    moments.push({ tone: 'idle', icon: 'clock', word, at: job.next_attempt_at, note: null });
  }
  if (!job.finished_at) return moments;
  const [tone, icon, ending] = endings[job.status as keyof typeof endings];
  const by = isCancelledAtOnce(job) && trail.find(({ event }) => event === 'job.cancel')?.actor;
  const word = by ? `${ending} by ${by}` : ending;
  return [...moments, { tone, icon, word, at: job.finished_at, note: null }];
}

/** The job was waiting, so no process had to stop. */
const isCancelledAtOnce = (job: Job) =>
  job.status === 'cancelled' && job.cancel_requested_at === job.finished_at;
