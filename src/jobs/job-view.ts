// A job as the templates show it: its words, its badge, its progress, what may be done with it now.
import { url } from '../core/url.ts';
import { canCancel, canRetry, type FailureCode, isTerminal, type Job } from './job.ts';
import {
  formatBytes,
  formatNumber,
  formatDuration,
  formatPercent,
  plural,
  formatRate,
  formatTimeLeft,
} from '../core/format.ts';
import type { Operation } from '../core/operation.ts';
import type { JobContext } from './parts.ts';

type Badge = { tone: string; icon: string; word: string };

/** Everything is taken from the stored job, so that the same job always gives the same bytes. */
export function viewJob(
  { catalogue, jobs, repository }: Pick<JobContext, 'catalogue' | 'jobs' | 'repository'>,
  job: Job,
) {
  const operation = catalogue.find(job.operation);
  const retriedBy = canRetry(job.status) ? repository.retriedBy(job.number) : null;
  return {
    id: job.id,
    number: job.number,
    operation: job.operation,
    title: operation?.title ?? job.operation,
    isOperationGone: operation === null,
    subject: operation?.subject(job.args) ?? '',
    status: job.status,
    badge: badgeOf(job),
    actor: job.requested_by,
    reason: job.reason,
    args: describeArguments(job, operation),
    /** As a form sends them, and the dialog that is filled with them. */
    plainArgs: plainArguments(job),
    editUrl: url(`/ui/operations/${job.operation}/confirm`, Object.fromEntries(plainArguments(job))),
    isNoop: job.mode === 'noop',
    attempt: job.attempt,
    maxAttempts: job.max_attempts,
    createdAt: job.created_at,
    startedAt: job.started_at,
    finishedAt: job.finished_at,
    nextAttemptAt: job.next_attempt_at,
    took:
      job.started_at && job.finished_at
        ? formatDuration(secondsBetween(job.started_at, job.finished_at))
        : null,
    progress: job.status === 'running' && job.progress ? viewProgress(job.progress) : null,
    outcome: outcomeOf(job, operation?.outcome),
    counts: countsOf(job),
    problems: countProblems(job),
    failure: job.failure && { ...job.failure, ...failureWords[job.failure.code] },
    waitsFor: jobs.waitsFor(job),
    isActive: !isTerminal(job.status),
    warning: job.status === 'running' ? job.warning : null,
    killAt: job.status === 'running' ? job.kill_at : null,
    usually: job.status === 'running' ? usualTime(repository.usualSec(job.operation)) : null,
    peakMemory: job.peak_rss_bytes === null ? null : formatBytes(job.peak_rss_bytes),
    cpuTime: job.cpu_sec === null ? null : formatDuration(job.cpu_sec),
    isCancelling: job.status === 'running' && job.cancel_requested_at !== null,
    canCancel: canCancel(job.status) && job.cancel_requested_at === null,
    canRetry: canRetry(job.status) && retriedBy === null && operation !== null,
    needsDialog: operation !== null && operation.danger(job.args) !== 'safe',
    retryOf: job.retry_of,
    retriedBy: retriedBy && (repository.find(retriedBy)?.number ?? null),
    logBytes: job.log_bytes,
  };
}

function usualTime(seconds: number | null): string | null {
  return seconds === null ? null : formatDuration(seconds);
}

function badgeOf(job: Job): Badge {
  if (job.status === 'running' && job.cancel_requested_at)
    return { tone: 'hold', icon: 'pause', word: 'Cancelling' };
  if (job.status === 'running') {
    const { done, total } = job.progress ?? { done: 0, total: null };
    return { tone: 'run', icon: 'half', word: total ? `Running ${formatPercent(done, total)}` : 'Running' };
  }
  return badges[job.status];
}

export const badges: Record<Exclude<Job['status'], 'running'>, Badge> = {
  queued: { tone: 'idle', icon: 'clock', word: 'Queued' },
  retrying: { tone: 'warn', icon: 'retry', word: 'Retrying' },
  succeeded: { tone: 'ok', icon: 'check', word: 'Done' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  cancelled: { tone: 'idle', icon: 'slash', word: 'Cancelled' },
};

/** Time left is said after 5 seconds and 2 %; before that nobody can know. */
function viewProgress({
  done,
  total,
  phase,
  note,
  rate: perSecond,
  phase_started_at,
  updated_at,
}: NonNullable<Job['progress']>) {
  const elapsed = secondsBetween(phase_started_at, updated_at);
  const canEstimate =
    total !== null && perSecond !== null && perSecond > 0 && elapsed >= 5 && done / total >= 0.02;
  return {
    done,
    total,
    phase,
    note,
    percent: total ? formatPercent(done, total) : null,
    rate: perSecond === null ? null : formatRate(perSecond),
    left: canEstimate && done < total ? formatTimeLeft((total - done) / perSecond) : null,
  };
}

function outcomeOf(
  job: Job,
  words: ((result: Record<string, unknown>) => string) | undefined,
): string | null {
  if (job.status !== 'succeeded') return null;
  if (job.mode === 'noop') return 'Noop mode: recorded, nothing was run.';
  return job.result && words ? words(job.result) : null;
}

/** For each failure code: a short name, why it happens, and what to do next. */
const failureWords: Record<FailureCode, { name: string; why: string; next: string }> = {
  spawn_failed: {
    name: 'Could not start',
    why: 'The script is missing or cannot be executed on this machine.',
    next: 'Check the installation, then retry.',
  },
  exited: {
    name: 'Ended with an error',
    why: 'The script reported an error and stopped.',
    next: 'Read the end of the log, mend the cause, then retry.',
  },
  signalled: {
    name: 'Ended from outside',
    why: 'Something outside CHL Operations ended the process, for example the system when memory ran out.',
    next: 'Check the memory of this machine, then retry.',
  },
  timed_out: {
    name: 'Took too long',
    why: 'The job reached its time limit and was stopped.',
    next: 'Raise CHL_OPERATIONS_TIMEOUT_SEC if the work really takes this long, then retry.',
  },
  bad_input: {
    name: 'The input is not valid',
    why: 'The input did not pass the checks. Nothing was written.',
    next: 'Mend the places that are listed, then run it again.',
  },
  bad_output: {
    name: 'The script does not keep to the protocol',
    why: 'What it sent on its message descriptor could not be read.',
    next: 'Mend the script; its author finds the rules in CONTRIBUTING.md.',
  },
  lost: {
    name: 'Lost',
    why: 'The server could not see the job to its end: it was ended itself, or could not write.',
    next: 'Nothing half done is in use. Mend what is named above, then retry it.',
  },
  shutdown: {
    name: 'Stopped with the server',
    why: 'The server was stopped while the job ran.',
    next: 'Retry it.',
  },
};

/** The arguments that were chosen otherwise than by default, in the words of the form. */
export function describeArguments({ args }: Job, operation: Operation | null): [string, string][] {
  return Object.entries(args).flatMap(([name, value]) => {
    const property = operation?.args.properties[name];
    if (property && value === property.default) return [];
    const label = property?.labels?.[property.enum?.indexOf(String(value)) ?? -1];
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    return [[property?.title ?? name, label ?? text] as [string, string]];
  });
}

/** A plan is for one run only. */
function plainArguments({ args }: Job): [string, string][] {
  return Object.entries(args).flatMap(([name, value]) =>
    name === 'plan' || value === null ? [] : [[name, String(value)] as [string, string]],
  );
}

/** The whole numbers of a result, with their names. */
function countsOf({ result }: Job): [string, string][] {
  return Object.entries(result ?? {}).flatMap(([name, value]) =>
    typeof value === 'number'
      ? [
          [name.replaceAll('_', ' '), name === 'bytes' ? formatBytes(value) : formatNumber(value)] as [
            string,
            string,
          ],
        ]
      : [],
  );
}

/** `3 problems`, for the heading of a failed job. */
function countProblems(job: Job): string | null {
  const total = Number(job.failure?.detail?.total ?? 0);
  return total > 0 ? plural(total, 'problem') : null;
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
