// What the page of one job tells beyond its row: in one sentence how it stands, its phases, what happened when, who waits
// for it, and how it differs from the last run that succeeded. Taken from what is stored, so that equal jobs give equal bytes.
import { isTerminal, type Job } from '../job.ts';
import { formatBytes, formatNumber, formatDuration } from '../../core/format.ts';
import { viewTimeline } from './job-timeline.ts';
import { secondsBetween, viewJob, describeArguments } from '../job-view.ts';
import type { JobContext } from '../parts.ts';

const maxWaiters = 20;

export function viewJobPage(ctx: JobContext, job: Job) {
  const { repository, listing, catalogue, audit } = ctx;
  const view = viewJob(ctx, job);
  const usualSec = repository.usualSec(job.operation);
  const lastSuccess = listing.lastSuccess(job.operation, job.number);
  const phases = viewPhases(job, lastSuccess);
  return {
    job: view,
    verdict: describeVerdict(job, view),
    usual: viewUsual(job, usualSec),
    phases,
    /** It has ended and left nothing to show but its outcome. */
    isSilent: !view.isActive && !view.failure && view.counts.length === 0 && phases.length === 0,
    timeline: viewTimeline(job, audit.trail(`job:${job.number}`)),
    waiters: viewWaiters(ctx, job),
    differences: lastSuccess && isTerminal(job.status) ? differences(ctx, job, lastSuccess) : [],
    lastSuccess: lastSuccess?.number ?? null,
    canRunAgain: catalogue.find(job.operation) !== null && isTerminal(job.status),
    stalledFrom: view.progress ? (job.progress?.updated_at ?? null) : null,
  };
}

function describeVerdict(job: Job, view: ReturnType<typeof viewJob>): string {
  const phase = job.progress?.phase ? ` in phase ${job.progress.phase}` : '';
  const after = view.took ? ` after ${view.took}` : '';
  switch (job.status) {
    case 'queued':
      return view.waitsFor
        ? `Waits for ${view.waitsFor.operation} #${view.waitsFor.number}, which is ahead.`
        : 'Starts in a moment.';
    case 'running':
      return view.isCancelling ? `Is being stopped${phase}.` : `Runs${phase}.`;
    case 'retrying':
      return `Attempt ${job.attempt} of ${job.max_attempts} failed for the moment.`;
    case 'succeeded':
      return `Succeeded${after}. ${view.outcome ?? ''}`.trim();
    case 'failed':
      return `Failed${after}${phase}: ${job.failure?.message ?? 'no reason is known'}`;
    case 'cancelled':
      return job.started_at ? `Cancelled${after}${phase}.` : 'Cancelled before it started.';
  }
}

/** While it runs, how many times as long as usual is worded by the page's script. */
function viewUsual(job: Job, usualSec: number | null) {
  if (usualSec === null || usualSec === 0 || !job.started_at) return null;
  const times = job.finished_at ? secondsBetween(job.started_at, job.finished_at) / usualSec : 0;
  return {
    seconds: usualSec,
    text: formatDuration(usualSec),
    startedAt: job.status === 'running' ? job.started_at : null,
    times: times >= 1.5 ? `${times.toFixed(1)} × usual` : null,
  };
}

/** Those that are to come are those of the last success, as long as this run goes the same way. */
function viewPhases(job: Job, lastSuccess: Job | null) {
  const begun = job.progress?.phases ?? [];
  const before = (lastSuccess?.progress?.phases ?? []).map(({ name }) => name);
  const isSameWay = begun.every(({ name }, at) => name === before[at]);
  const isRunning = job.status === 'running';
  const done = begun.map(({ name, started_at }, at) => {
    const isLast = at === begun.length - 1;
    const endedAt = begun[at + 1]?.started_at ?? job.finished_at;
    const tone = !isLast || job.status === 'succeeded' ? 'done' : isRunning ? 'cur' : 'ended';
    const took = endedAt ? formatDuration(secondsBetween(started_at, endedAt)) : null;
    return { name, tone, ...describePhase(tone, took) };
  });
  const next = isRunning && isSameWay && begun.length > 0 ? before.slice(begun.length) : [];
  return [...done, ...next.map((name) => ({ name, tone: 'todo', ...describePhase('todo', null) }))];
}

function describePhase(tone: 'done' | 'cur' | 'ended' | 'todo', took: string | null) {
  switch (tone) {
    case 'done':
      return { icon: 'check', text: `Done in ${took}` };
    case 'cur':
      return { icon: 'half', text: 'Running' };
    case 'ended':
      return { icon: 'slash', text: `Ended after ${took}` };
    case 'todo':
      return { icon: 'clock', text: 'To come' };
  }
}

function viewWaiters(
  { repository, jobs, catalogue }: Pick<JobContext, 'repository' | 'jobs' | 'catalogue'>,
  { number, status }: Job,
) {
  if (isTerminal(status)) return [];
  return repository
    .active()
    .filter((other) => other.status === 'queued' && other.number !== number)
    .slice(0, maxWaiters)
    .filter((other) => jobs.waitsFor(other)?.number === number)
    .map((other) => ({
      number: other.number,
      title: catalogue.find(other.operation)?.title ?? other.operation,
    }));
}

/** What, here, and there: arguments, duration, result and mode, where they differ. */
function differences(
  { catalogue }: Pick<JobContext, 'catalogue'>,
  job: Job,
  other: Job,
): [string, string, string][] {
  const operation = catalogue.find(job.operation);
  const facts = (one: Job) =>
    new Map<string, string>([
      ...describeArguments(one, operation),
      ['Mode', one.mode],
      [
        'Took',
        one.started_at && one.finished_at
          ? formatDuration(secondsBetween(one.started_at, one.finished_at))
          : '–',
      ],
      ['Peak memory', one.peak_rss_bytes === null ? '–' : formatBytes(one.peak_rss_bytes)],
      ['Result rows and counts', describeResult(one)],
    ]);
  const [here, there] = [facts(job), facts(other)];
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((name) => {
    const [mine, its] = [here.get(name) ?? '–', there.get(name) ?? '–'];
    return mine === its ? [] : [[name, mine, its] as [string, string, string]];
  });
}

function describeResult({ result }: Job): string {
  const numbers = Object.entries(result ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${formatNumber(value)} ${name.replaceAll('_', ' ')}`] : [],
  );
  return numbers.join(', ') || '–';
}
