// The view model of a job's page beyond its row: a summary sentence, phases, timeline, waiting jobs, and differences from
// the last success. Uses only stored data, so that the same job always renders to the same bytes.
import { nameBlocker } from '../name-blocker.ts';
import { comparisonOf, givenArguments } from '../../core/arguments.ts';
import { isTerminal, type Job } from '../job.ts';
import { formatBytes, formatDuration, lowerFirst } from '../../core/format.ts';
import { viewPhaseBar, viewUsage } from './usage-charts.ts';
import { url } from '../../core/url.ts';
import { viewTimeline } from './job-timeline.ts';
import type { Operation } from '../../core/operation.ts';
import { countsOf, describeArguments, describePhase, secondsBetween, viewJob } from '../job-view.ts';
import { leastRoleToOffer } from '../refusals.ts';
import type { JobContext } from '../parts.ts';

const maxWaiters = 20;
/** Longer arguments cannot be edited in a form that an address fills. */
const maxUrlLength = 8000;

export function viewJobPage(ctx: JobContext, job: Job) {
  const { repository, listing, catalogue, audit } = ctx;
  const view = viewJob(ctx, job);
  const lastSuccess = listing.lastSuccess(job.operation, job.number);
  const operation = catalogue.find(job.operation);
  const usualSec = repository.usualSec(job, comparisonOf(operation));
  const phases = viewPhases(job, lastSuccess, operation);
  return {
    job: view,
    summary: summarize(job, view, operation),
    usual: viewUsual(job, usualSec),
    phases,
    phaseBar: viewPhaseBar(
      job,
      phases.map(({ name }) => name),
    ),
    usage: viewUsage(repository.samples(job.id)),
    /** It has ended and has nothing to show but its outcome. */
    isSilent: !view.isActive && !view.failure && view.counts.length === 0 && phases.length === 0,
    timeline: viewTimeline(job, audit.trail(`job:${job.number}`), operation),
    waiters: viewWaiters(ctx, job),
    differences: lastSuccess && isTerminal(job.status) ? differences(ctx, job, lastSuccess) : [],
    lastSuccessNumber: lastSuccess?.number ?? null,
    canRemove: isTerminal(job.status),
    runAgain: operation !== null && isTerminal(job.status) ? viewRunAgain(ctx, job, operation) : null,
    stalledFrom: view.progress ? (job.progress?.updated_at ?? null) : null,
  };
}

/** The arguments as form fields, and the address of the dialog prefilled with them; null when they are too long for it. The
 *  plan is left out, since it is valid for one run only. */
function viewRunAgain(
  { libraryState }: Pick<JobContext, 'libraryState'>,
  { args }: Job,
  operation: Operation,
) {
  const fields = Object.entries(givenArguments(operation, args)).flatMap(
    ([name, value]): [string, string][] => (name === 'plan' || value === null ? [] : [[name, String(value)]]),
  );
  if (fields.some(([, value]) => value.length > maxUrlLength)) return null;
  const editUrl = url(`/ui/operations/${operation.name}/confirm`, Object.fromEntries(fields));
  if (editUrl.length > maxUrlLength) return null;
  const { plan: _, ...again } = args;
  return { fields, editUrl, needs: leastRoleToOffer(operation, again, libraryState) };
}

function summarize(job: Job, view: ReturnType<typeof viewJob>, operation: Operation | null): string {
  const name = job.progress?.phase ?? null;
  const text = name && describePhase(name, operation);
  const phase = text ? ` while ${lowerFirst(text)}` : name ? ` in phase ${name}` : '';
  const after = view.took ? ` after ${view.took}` : '';
  switch (job.status) {
    case 'queued':
      if (view.waitsForRoom) return 'Waiting until a running job ends: as many run as may run at once.';
      return view.waitsFor ? `Waiting for ${nameBlocker(view.waitsFor)}.` : 'Starts in a moment.';
    case 'running':
      if (view.isCancelling) return 'Stopping: waiting for its processes.';
      return text ? `${text}.` : `Running${phase}.`;
    case 'retrying':
      return `Attempt ${job.attempt} of ${job.max_attempts} failed. The next one starts automatically.`;
    case 'succeeded':
      return `${view.refusal ? 'Ended' : 'Succeeded'}${after}. ${view.outcome ?? ''}`.trim();
    case 'failed':
      return `Failed${after}${phase}.`;
    case 'cancelled':
      return job.started_at ? `Cancelled${after}${phase}.` : 'Cancelled before it started.';
  }
}

/** While the job runs, the page's script computes `factor`. */
function viewUsual(job: Job, usualSec: number | null) {
  if (usualSec === null || usualSec === 0 || !job.started_at) return null;
  const factor = job.finished_at ? secondsBetween(job.started_at, job.finished_at) / usualSec : 0;
  return {
    seconds: usualSec,
    text: formatDuration(usualSec),
    startedAt: job.status === 'running' ? job.started_at : null,
    factor: factor >= 1.5 ? `${factor.toFixed(1)} × usual` : null,
  };
}

/** Expects the phases of the last success, as long as this run has had the same ones. */
function viewPhases(job: Job, lastSuccess: Job | null, operation: Operation | null) {
  const label = (name: string) => describePhase(name, operation) ?? name;
  const started = job.progress?.phases ?? [];
  const before = (lastSuccess?.progress?.phases ?? []).map(({ name }) => name);
  const isAsBefore = started.every(({ name }, at) => name === before[at]);
  const isRunning = job.status === 'running';
  const done = started.map(({ name, started_at }, at) => {
    const isLast = at === started.length - 1;
    const endedAt = started[at + 1]?.started_at ?? job.finished_at;
    const tone = !isLast || job.status === 'succeeded' ? 'done' : isRunning ? 'cur' : 'ended';
    const took = endedAt ? formatDuration(secondsBetween(started_at, endedAt)) : null;
    return { name: label(name), tone, ...describeProgress(tone, took) };
  });
  const next = isRunning && isAsBefore && started.length > 0 ? before.slice(started.length) : [];
  return [
    ...done,
    ...next.map((name) => ({ name: label(name), tone: 'todo', ...describeProgress('todo', null) })),
  ];
}

function describeProgress(tone: 'done' | 'cur' | 'ended' | 'todo', took: string | null) {
  return {
    done: { icon: 'check', text: `Done in ${took}` },
    cur: { icon: 'half', text: 'Running' },
    ended: { icon: 'slash', text: `Stopped after ${took}` },
    todo: { icon: 'clock', text: 'Not started' },
  }[tone];
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

type Difference = { field: string; thisJob: string; lastSuccess: string };

/** The arguments, the mode, the figures and the result, where they differ. */
function differences({ catalogue }: Pick<JobContext, 'catalogue'>, job: Job, lastSuccess: Job): Difference[] {
  const operation = catalogue.find(job.operation);
  const facts = (one: Job) =>
    new Map<string, string>([
      ...describeArguments(one, operation),
      ['Mode', one.mode],
      [
        'Duration',
        one.started_at && one.finished_at
          ? formatDuration(secondsBetween(one.started_at, one.finished_at))
          : '–',
      ],
      ['Peak memory', one.peak_rss_bytes === null ? '–' : formatBytes(one.peak_rss_bytes)],
      ['Counts', describeCounts(countsOf(one, operation))],
    ]);
  const [ours, theirs] = [facts(job), facts(lastSuccess)];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .map((field) => ({ field, thisJob: ours.get(field) ?? '–', lastSuccess: theirs.get(field) ?? '–' }))
    .filter((difference) => difference.thisJob !== difference.lastSuccess);
}

function describeCounts(counts: [string, string][]): string {
  return counts.map(([name, value]) => `${value} ${name}`).join(', ') || '–';
}
