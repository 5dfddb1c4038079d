// The view model of a job: texts, badge, progress, and the actions allowed in its state.
import { canCancel, canRetry, isTerminal, type Job } from './job.ts';
import {
  formatBytes,
  formatNumber,
  formatDuration,
  formatPercent,
  plural,
  formatRate,
  formatTimeLeft,
} from '../core/format.ts';
import { shorten } from '../core/shorten.ts';
import type { Operation } from '../core/operation.ts';
import { viewFailure } from './failure-view.ts';
import { jobActions } from './actions.ts';
import type { Blocker } from './lock-queue.ts';
import { nameBlocker } from './name-blocker.ts';
import type { JobContext } from './parts.ts';
import { leastRoleFor } from './refusals.ts';

type Badge = { tone: string; icon: string; word: string };

/** Uses only stored data, so that the same job always renders to the same bytes. */
export function viewJob(
  { catalogue, jobs, repository }: Pick<JobContext, 'catalogue' | 'jobs' | 'repository'>,
  job: Job,
) {
  const operation = catalogue.find(job.operation);
  const failure = viewFailure(job, operation, repository.hasRows);
  const refusal = dryRunRefusal(job, operation);
  const retriedBy = canRetry(job.status) ? repository.retriedBy(job.number) : null;
  return {
    id: job.id,
    pid: job.pid,
    number: job.number,
    operation: job.operation,
    title: operation?.title ?? job.operation,
    isOperationGone: operation === null,
    subject: shorten(operation?.subject(job.args) ?? ''),
    status: job.status,
    badge: refusal ? refusedBadge : badgeOf(job),
    actor: job.requested_by,
    reason: job.reason && shorten(job.reason),
    args: describeArguments(job, operation),
    isNoop: job.mode === 'noop',
    attempt: job.attempt,
    maxAttempts: job.max_attempts,
    ...viewTimes(job),
    progress: job.status === 'running' && job.progress ? viewProgress(job.progress, operation) : null,
    /** What it achieved, or the cause of its failure, in one line. */
    outcome: failure
      ? [failure.title, countProblems(job)].filter(Boolean).join(': ')
      : outcomeOf(job, operation, refusal),
    /** Why the run itself would be refused, from its dry run. */
    refusal,
    counts: countsOf(job, operation),
    problems: countProblems(job),
    problemTotal: Number(job.failure?.detail?.total ?? 0),
    failure,
    ...viewAhead(jobs.waitsFor(job)),
    waitsForRoom: jobs.waitsForRoom(job),
    isActive: !isTerminal(job.status),
    warning: job.status === 'running' ? job.warning : null,
    killAt: job.status === 'running' ? job.kill_at : null,
    leftProcesses: job.left_processes,
    mayHideProcesses: job.tracking === 'group',
    ...viewUsage(job),
    isCancelling: job.status === 'running' && job.cancel_requested_at !== null,
    canCancel: canCancel(job.status) && job.cancel_requested_at === null,
    canRetry: canRetry(job.status) && retriedBy === null && operation !== null,
    needsDialog: operation !== null && operation.danger(job.args) !== 'safe',
    /** The least role for another run with its arguments. */
    needs: operation ? leastRoleFor(operation, job.args) : jobActions.retry.role,
    retryOf: job.retry_of,
    schedule: job.schedule,
    retriedBy: retriedBy && (repository.find(retriedBy)?.number ?? null),
  };
}

function viewTimes(job: Job) {
  return {
    createdAt: job.created_at,
    startedAt: job.started_at,
    updatedAt: updatedAt(job),
    nextAttemptAt: job.next_attempt_at,
    took: durationOf(job),
  };
}

function viewAhead(waitsFor: Blocker | null) {
  return { waitsFor, aheadName: waitsFor && nameBlocker(waitsFor) };
}

function viewUsage({ peak_rss_bytes: bytes, cpu_sec: sec }: Job) {
  return {
    peakMemory: bytes === null ? null : formatBytes(bytes),
    cpuTime: sec === null ? null : formatDuration(sec),
  };
}

function durationOf({ started_at, finished_at }: Job): string | null {
  return started_at && finished_at ? formatDuration(secondsBetween(started_at, finished_at)) : null;
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

const refusedBadge: Badge = { tone: 'warn', icon: 'tri', word: 'Would be refused' };

/** Estimates the time left only after 5 seconds and 2%; an earlier estimate is unreliable. */
function viewProgress(progress: NonNullable<Job['progress']>, operation: Operation | null) {
  const { done, total, phase, note, rate: perSecond, phase_started_at, updated_at } = progress;
  const elapsed = secondsBetween(phase_started_at, updated_at);
  const canEstimate =
    total !== null && perSecond !== null && perSecond > 0 && elapsed >= 5 && done / total >= 0.02;
  return {
    done,
    total,
    phase: phase && (describePhase(phase, operation) ?? phase),
    note,
    percent: total ? formatPercent(done, total) : null,
    rate: perSecond === null ? null : formatRate(perSecond),
    left: canEstimate && done < total ? formatTimeLeft((total - done) / perSecond) : null,
  };
}

/** `Writing entries`; null for a phase that the operation does not describe. */
export function describePhase(name: string, operation: Operation | null): string | null {
  const phases = operation?.phases ?? {};
  return Object.hasOwn(phases, name) ? (phases[name] ?? null) : null;
}

function outcomeOf(
  { status, mode, result }: Job,
  operation: Operation | null,
  refusal: string | null,
): string | null {
  if (status !== 'succeeded') return null;
  if (mode === 'noop') return 'Noop mode: recorded, not run.';
  const text = result && operation?.outcome(result);
  const whole = refusal ? `Would be refused: ${refusal}. ${text}` : text;
  return whole ? shorten(whole) : (whole ?? null);
}

/** Null unless this is a dry run which found that the run itself would be refused. */
export function dryRunRefusal({ status, mode, result, args }: Job, operation: Operation | null) {
  if (status !== 'succeeded' || mode === 'noop' || result === null) return null;
  return operation?.refusal?.(result, args) ?? null;
}

/** The arguments that differ from their defaults, with the labels of the form. */
export function describeArguments({ args }: Job, operation: Operation | null): [string, string][] {
  return Object.entries(args).flatMap(([name, value]): [string, string][] => {
    const property = operation?.args.properties[name];
    if (property && value === property.default) return [];
    const label = property?.labels?.[property.enum?.indexOf(String(value)) ?? -1];
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    return [[property?.title ?? name, label ?? shorten(text)]];
  });
}

/** The numbers of the result, by name. */
export function countsOf({ result }: Job, operation: Operation | null): [string, string][] {
  return Object.entries(result ?? {}).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== 'number' || operation?.counts?.includes(name) === false) return [];
    return [
      [shorten(name.replaceAll('_', ' '), 80), name === 'bytes' ? formatBytes(value) : formatNumber(value)],
    ];
  });
}

function countProblems(job: Job): string | null {
  const total = Number(job.failure?.detail?.total ?? 0);
  return total > 0 ? plural(total, 'problem') : null;
}

/** When the job last changed: it ended, made progress, started, or was created. */
function updatedAt({ finished_at, progress, started_at, created_at }: Job): string {
  return finished_at ?? progress?.updated_at ?? started_at ?? created_at;
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
