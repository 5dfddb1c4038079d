// The list of jobs as the page shows it: what its address asks for, the jobs, what each chip would show, and the ways on.
import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { maxBulkJobs } from '../bulk.ts';
import { type JobStatus, jobStatuses } from '../job.ts';
import { readSearch, type SearchTerm, formatTerm } from '../job-search.ts';
import { type JobTally, maxCounted, needsScan } from '../listing.ts';
import { formatNumber, plural } from '../../core/format.ts';
import { digestOfJobs } from './job-changes-card.ts';
import { badges, viewJob } from '../job-view.ts';
import type { JobContext } from '../parts.ts';
import { templateFormat } from '../../web/template-format.ts';

/** The address of a list: `status` a comma list, `q` what is typed in the box. */
export type ListQuery = {
  status?: string | undefined;
  operation?: string | undefined;
  q?: string | undefined;
  before?: number | undefined;
  after?: number | undefined;
};

type ListState = ReturnType<typeof readList>;

const jobsAPage = 50;
const maxKept = 20;

type RenderedList = Omit<Awaited<ReturnType<typeof viewList>>, 'jobs'> & { html: string };

/** A search that takes longer is not repeated by itself after each change. */
const maxLiveMs = 50;

/** One search from all parts of the address; `canonical` is the address that says the same with each filter in its own
 *  part. */
export function readList(ctx: JobContext, query: ListQuery) {
  const parts = [
    query.status && formatTerm('status', query.status),
    query.operation && formatTerm('operation', query.operation),
    query.q,
  ];
  const { filter, terms, problems } = readSearch(parts.filter(Boolean).join(' '), searchContext(ctx));
  const typed = readSearch(query.q ?? '', searchContext(ctx));
  const rest = terms.filter(({ key }) => key !== 'status' && key !== 'operation');
  const bad = typed.problems.map(({ term }) => term);
  const own = {
    status: filter.status?.join(','),
    operation: filter.operation,
    q: [...rest.map(({ text }) => text), ...bad].join(' ') || undefined,
  };
  const isCanonical =
    ![query.status, query.operation, query.q].includes('') &&
    typed.terms.every(({ key }) => key !== 'status' && key !== 'operation');
  return { filter, terms, problems, own, rest, isCanonical, before: query.before, after: query.after };
}

export function searchContext({
  catalogue,
  listing,
  now,
}: Pick<JobContext, 'catalogue' | 'listing' | 'now'>) {
  const known = catalogue.all().map(({ name, title }) => ({ name, title }));
  const gone = listing.operations().filter((name) => !known.some((operation) => operation.name === name));
  return { now: now(), operations: [...known, ...gone.map((name) => ({ name, title: name }))] };
}

export function listUrl(query: ListQuery, path = '/jobs'): string {
  return url(path, query);
}

/** Renders the inside of the list's host, and gives what the page around it needs to know. As long as no job changes,
 *  the same question has the same answer, which is kept. */
export function createListRenderer(app: FastifyInstance, ctx: JobContext) {
  const kept = new Map<string, RenderedList>();
  return async (state: ListState): Promise<RenderedList> => {
    const key = JSON.stringify([digestOfJobs(ctx), state]);
    const known = kept.get(key);
    if (known) return known;
    const list = await viewList(ctx, state);
    const html: string = await app.view('jobs/job-list', { list, w: templateFormat });
    const { jobs: _, ...around } = list;
    if (kept.size >= maxKept) kept.clear();
    kept.set(key, { ...around, html });
    return { ...around, html };
  };
}

async function viewList(ctx: JobContext, state: ListState) {
  const { listing } = ctx;
  const { filter, own, before, after } = state;
  const startedAt = performance.now();
  const newest = listing.newestNumber();
  const page = await listing.page(filter, jobsAPage, { before, after });
  const [first, last] = [page.items.at(0)?.number, page.items.at(-1)?.number];
  const below = after === undefined ? (page.lookedTo ?? last) : last;
  const above = after !== undefined && page.lookedTo !== null ? page.lookedTo - 1 : first;
  const tally = await listing.tally(filter, first);
  const isQuick = !needsScan(filter) || performance.now() - startedAt < maxLiveMs;
  const isLive = !page.hasNewer && isQuick;
  return {
    path: listUrl({ ...own, before, after }, '/ui/jobs'),
    newsPath: url('/ui/jobs/news', { ...own, above: String(newest) }),
    isLive,
    own,
    /** Tells a script whether the choice of jobs is still the same. */
    choice: listUrl(own),
    problems: state.problems,
    filters: viewFilters(ctx, state),
    chips: viewChips(own, tally),
    jobs: page.items.map((job) => viewJob(ctx, job)),
    place: describePosition(page.items.length, tally, first),
    lookedDownTo: tally.lookedDownTo,
    newer: page.hasNewer && above ? listUrl({ ...own, after: above }) : null,
    older: page.hasOlder && below ? listUrl({ ...own, before: below }) : null,
    bulk: viewBulk(tally, state, newest),
    isEmptyHistory: newest === 0,
  };
}

/** Each filter that is on, with the address without it. */
function viewFilters({ catalogue }: Pick<JobContext, 'catalogue'>, { own, rest }: ListState) {
  const without = (term: SearchTerm) =>
    listUrl({
      ...own,
      q: rest
        .filter((other) => other !== term)
        .map(({ text }) => text)
        .join(' '),
    });
  return [
    ...(own.status ? [{ text: describeStatuses(own.status), without: listUrl({ ...own, status: '' }) }] : []),
    ...(own.operation
      ? [
          {
            text: catalogue.find(own.operation)?.title ?? own.operation,
            without: listUrl({ ...own, operation: '' }),
          },
        ]
      : []),
    ...rest.map((term) => ({ text: term.text, without: without(term) })),
  ];
}

const describeStatuses = (list: string) =>
  list
    .split(',')
    .map((status) => statusWords[status as JobStatus])
    .join(' or ');

const statusWords: Record<JobStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  retrying: 'Retrying',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

function viewChips(own: ListState['own'], tally: JobTally) {
  const chosen = own.status?.split(',') ?? [];
  const all = Object.values(tally.counts).reduce((sum, jobs) => sum + jobs, 0);
  return [
    {
      word: 'All',
      tone: '',
      icon: null,
      jobs: describeCount(all, tally),
      isCurrent: chosen.length === 0,
      href: listUrl({ ...own, status: '' }),
    },
    ...jobStatuses.map((status) => ({
      ...(status === 'running' ? { tone: 'run', icon: 'half' } : badges[status]),
      word: statusWords[status],
      jobs: describeCount(tally.counts[status], tally),
      isCurrent: chosen.includes(status),
      href: listUrl({ ...own, status }),
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
    return `${plural(shown, 'job')} from #${first} on`;
  const total = describeCount(tally.total, tally);
  const jobs = lookedDownTo !== null ? 'so far' : tally.total === 1 ? 'job' : 'jobs';
  if (tally.newer > maxCounted) return `${plural(shown, 'job')} from #${first} on, of ${total}`;
  return `${formatNumber(tally.newer + 1)}–${formatNumber(tally.newer + shown)} of ${total} ${jobs}`;
}

/** What can be done with all that match, and how many these are; nothing where not all of them are known. */
function viewBulk(tally: JobTally, { filter, own }: ListState, newest: number) {
  const { counts, lookedDownTo } = tally;
  if (lookedDownTo !== null) return [];
  const chosen = filter.status ?? jobStatuses;
  const kinds = [
    { action: 'retry', word: 'Retry', statuses: ['failed', 'cancelled'] as JobStatus[] },
    { action: 'cancel', word: 'Cancel', statuses: ['queued', 'running', 'retrying'] as JobStatus[] },
  ];
  return kinds.flatMap(
    ({ action, word, statuses }): { action: string; label: string; href: string | null }[] => {
      const meant = statuses.filter((status) => chosen.includes(status));
      const jobs = meant.reduce((sum, status) => sum + counts[status], 0);
      if (jobs === 0) return [];
      if (jobs > maxBulkJobs) {
        const label = `${word}: ${describeCount(jobs, tally)} match, at most ${formatNumber(maxBulkJobs)} at once. Narrow the filter, e.g. with since:7d`;
        return [{ action, label, href: null }];
      }
      return [
        {
          action,
          label: `${word} ${jobs === 1 ? 'the one' : `all ${formatNumber(jobs)}`} matching`,
          href: url('/ui/jobs/bulk', {
            action,
            scope: 'all',
            up_to: String(newest),
            ...own,
            status: meant.join(','),
          }),
        },
      ];
    },
  );
}
