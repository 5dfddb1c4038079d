// The view model of the job list: filters from the query string, jobs, counts of the chips, paging links, bulk actions.
import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { titleOf } from '../failure-view.ts';
import { type Job, type JobStatus, jobStatuses } from '../job.ts';
import type { ListQuery, readList } from '../job-query.ts';
import { type SearchTerm, formatTerm } from '../job-search.ts';
import { type JobTally, maxBulkJobs, maxCounted, needsScan } from '../listing.ts';
import type { Role } from '../../core/role.ts';
import { jobActions } from '../actions.ts';
import { formatNumber, plural } from '../../core/format.ts';
import { digestOfJobs } from './job-changes-card.ts';
import { inOnePiece } from '../../web/in-one-piece.ts';
import { badges, viewJob } from '../job-view.ts';
import { viewLastRuns } from '../last-runs.ts';
import { viewHistoryChart } from './history-chart.ts';
import type { JobContext } from '../parts.ts';

type ListState = ReturnType<typeof readList>;

const jobsPerPage = 50;

type RenderedList = Omit<Awaited<ReturnType<typeof viewList>>, 'jobs'> & { html: string };

/** A list whose search takes longer does not reload after each change. */
const maxLiveMs = 50;

export function listUrl(query: ListQuery, path = '/jobs'): string {
  return url(path, query);
}

/** Renders the content of the list's host and returns what the surrounding page needs. Caches results until a job
 *  or a maintenance window changes. `html` is the output of a template, in which every value is escaped. */
export function createListRenderer(app: FastifyInstance, ctx: JobContext) {
  const cache = ctx.caches.create<RenderedList>('job-lists', {
    reads: 'viewer',
    about: 'Rendered job lists, until a job changes.',
    entries: 40,
    bytes: 16 * 1024 * 1024,
    sizeOf: ({ html }) => 2 * html.length,
    show: ({ html }) => html,
  });
  let windowChanges = 0;
  ctx.bus.on('maintenance', () => {
    windowChanges += 1;
  });
  return async (state: ListState, role: Role): Promise<RenderedList> => {
    const hour = ctx.now().toISOString().slice(0, 13);
    const key = JSON.stringify([digestOfJobs(ctx), windowChanges, hour, role, state]);
    const cached = cache.get(key);
    if (cached) return cached;
    const list = await viewList(ctx, state);
    const html = inOnePiece(await app.view('jobs/job-list', { list, role }));
    const { jobs: _, ...around } = list;
    cache.set(key, { ...around, html });
    return { ...around, html };
  };
}

async function viewList(ctx: JobContext, state: ListState) {
  const { listing } = ctx;
  const { filter, query, before, after } = state;
  const startedAt = performance.now();
  const newest = listing.newestNumber();
  const page = await listing.page(filter, jobsPerPage, { before, after });
  const [first, last] = [page.items.at(0)?.number, page.items.at(-1)?.number];
  const below = after === undefined ? (page.lookedTo ?? last) : last;
  const above = after !== undefined && page.lookedTo !== null ? page.lookedTo - 1 : first;
  const tally = await listing.tally(filter, first);
  const isQuick = !needsScan(filter) || performance.now() - startedAt < maxLiveMs;
  const isLive = !page.hasNewer && isQuick;
  return {
    path: listUrl({ ...query, before, after }, '/ui/jobs'),
    newerPath: url('/ui/jobs/news', { ...query, above: String(newest) }),
    isLive,
    query,
    /** Lets the page's script detect that the filters have changed. */
    choice: listUrl(query),
    problems: state.problems,
    filters: viewFilters(ctx, state),
    chips: viewChips(query, tally),
    history: needsScan(filter) ? null : viewHistoryChart(ctx, filter, linkToTime(state)),
    runs: filter.operation === undefined ? null : viewLastRuns(ctx.repository, filter.operation),
    failures: groupFailures(page.items, query),
    jobs: page.items.map((job) => viewJob(ctx, job)),
    position: describePosition(page.items.length, tally, first),
    lookedDownTo: tally.lookedDownTo,
    newer: page.hasNewer && above ? listUrl({ ...query, after: above }) : null,
    older: page.hasOlder && below ? listUrl({ ...query, before: below }) : null,
    bulk: viewBulk(tally, state, newest),
    picked,
    isEmptyHistory: newest === 0,
  };
}

/** The bulk actions on selected jobs, with the least role of each. */
const picked = [
  { action: 'retry', needed: jobActions.retry.role, word: 'Retry' },
  { action: 'cancel', needed: jobActions.cancel.role, word: 'Cancel' },
  { action: 'remove', needed: jobActions.remove.role, word: 'Remove' },
];

/** The causes that several jobs of the page share, with the address of all jobs that have them. */
function groupFailures(jobs: Job[], { operation }: ListQuery) {
  const counts = new Map<string, number>();
  for (const { status, failure } of jobs) {
    const title = status === 'failed' && failure ? titleOf(failure) : null;
    if (title !== null) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, jobs]) => jobs > 1)
    .sort(([, one], [, other]) => other - one)
    .map(([title, jobs]) => ({
      title,
      jobs: formatNumber(jobs),
      href: listUrl({ status: 'failed', operation, q: formatTerm('error', searchable(title)) }),
    }));
}

/** The longest part of a title that the search box can quote. */
const searchable = (title: string) =>
  title
    .replace(/…$/, '')
    .split('"')
    .reduce((longest, part) => (part.length > longest.length ? part : longest));

/** Keeps the other filters. */
const linkToTime =
  ({ query, rest }: ListState) =>
  (since: string, until: string) => {
    const others = rest.filter(({ key }) => key !== 'since' && key !== 'until').map(({ text }) => text);
    const times = [formatTerm('since', since), formatTerm('until', until)];
    return listUrl({ ...query, q: [...others, ...times].join(' ') });
  };

/** Each active filter, with the address that removes it. */
function viewFilters({ catalogue }: Pick<JobContext, 'catalogue'>, { query, rest }: ListState) {
  const without = (term: SearchTerm) =>
    listUrl({
      ...query,
      q: rest
        .filter((other) => other !== term)
        .map(({ text }) => text)
        .join(' '),
    });
  const { status, operation } = query;
  const title = operation && (catalogue.find(operation)?.title ?? operation);
  return [
    { text: status && describeStatuses(status), without: listUrl({ ...query, status: '' }) },
    { text: title, without: listUrl({ ...query, operation: '' }) },
    ...rest.map((term) => ({ text: term.text, without: without(term) })),
  ].filter(({ text }) => text);
}

const describeStatuses = (list: string) =>
  list
    .split(',')
    .map((status) => statusLabels[status as JobStatus])
    .join(' or ');

const statusLabels: Record<JobStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  retrying: 'Retrying',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The filters by status, with the number of jobs. */
export function viewChips(query: ListQuery, tally: JobTally) {
  const chosen = query.status?.split(',') ?? [];
  const all = Object.values(tally.counts).reduce((sum, jobs) => sum + jobs, 0);
  return [
    {
      word: 'All',
      tone: '',
      icon: null,
      jobs: describeCount(all, tally),
      isCurrent: chosen.length === 0,
      href: listUrl({ ...query, status: '' }),
    },
    ...jobStatuses.map((status) => ({
      ...(status === 'running' ? { tone: 'run', icon: 'half' } : badges[status]),
      word: statusLabels[status],
      jobs: describeCount(tally.counts[status], tally),
      isCurrent: chosen.includes(status),
      href: listUrl({ ...query, status }),
    })),
  ];
}

function describeCount(jobs: number, { isWhole, lookedDownTo }: JobTally): string {
  if (lookedDownTo !== null) return `${formatNumber(jobs)} found`;
  return !isWhole && jobs > maxCounted ? `${formatNumber(maxCounted)}+` : formatNumber(jobs);
}

/** `51–100 of 412 jobs` */
function describePosition(shown: number, tally: JobTally, first: number | undefined): string {
  if (shown === 0) return 'No jobs';
  const { lookedDownTo } = tally;
  if (first !== undefined && lookedDownTo !== null && first < lookedDownTo)
    return `${plural(shown, 'job')} from #${first} down`;
  const total = describeCount(tally.total, tally);
  const jobs = lookedDownTo !== null ? 'so far' : tally.total === 1 ? 'job' : 'jobs';
  if (tally.newer > maxCounted) return `${plural(shown, 'job')} from #${first} down, of ${total}`;
  return `${formatNumber(tally.newer + 1)}–${formatNumber(tally.newer + shown)} of ${total} ${jobs}`;
}

/** The bulk actions on all matches, with their number; none while the count is incomplete. */
function viewBulk(tally: JobTally, { filter, query }: ListState, newest: number) {
  const { counts, lookedDownTo } = tally;
  if (lookedDownTo !== null) return [];
  const chosen = filter.status ?? jobStatuses;
  const kinds = [
    { action: 'retry', word: 'Retry', statuses: ['failed', 'cancelled'] },
    { action: 'cancel', word: 'Cancel', statuses: ['queued', 'running', 'retrying'] },
  ] as const;
  return kinds.flatMap(({ action, word, statuses }) => {
    const eligible = statuses.filter((status) => chosen.includes(status));
    const jobs = eligible.reduce((sum, status) => sum + counts[status], 0);
    if (jobs === 0) return [];
    const isTooMany = jobs > maxBulkJobs;
    const label = isTooMany
      ? `${word}: ${describeCount(jobs, tally)} jobs match, the limit is ${formatNumber(maxBulkJobs)}. Narrow the filter, e.g. with since:7d`
      : `${word} ${jobs === 1 ? 'the matching job' : `all ${formatNumber(jobs)} matching jobs`}`;
    const matching = { scope: 'all', up_to: String(newest), ...query, status: eligible.join(',') };
    return [
      {
        action,
        needed: jobActions[action].role,
        label,
        href: isTooMany ? null : url('/ui/jobs/bulk', { action, ...matching }),
      },
    ];
  });
}
