// The view model of the audit page: the filter form, chips, rows and the addresses of other pages.
import { formatNumber, plural } from '../../core/format.ts';
import type { Role } from '../../core/role.ts';
import { url } from '../../core/url.ts';
import type { AuditQuery, FilterProblem, readFilter } from '../audit-filter.ts';
import { filterNames } from '../audit-filter.ts';
import { describeTarget } from '../describe-target.ts';
import type { AuditContext } from '../parts.ts';
import type { TrailPage } from '../trail.ts';
import { auditUrl, type PageQuery } from './audit-url.ts';
import { viewEvents } from './events-view.ts';
import { viewOutcomes } from './outcomes-view.ts';
import { createRowView } from './row-view.ts';

const rowsPerPage = 50;
type Context = Pick<AuditContext, 'auditRepository' | 'trail' | 'operationTitles' | 'repository'>;
type Filtered = ReturnType<typeof readFilter>;

const noRows: TrailPage = { rows: [], hasNewer: false, hasOlder: false, searchedTo: null };

/** Nothing is shown for a filter with a problem: rows that it should have left out would look like an answer. */
export async function viewAudit(ctx: Context, query: PageQuery, { filter, problems }: Filtered, role: Role) {
  const { auditRepository, trail } = ctx;
  const { before, after, ...given } = query;
  const isRead = problems.length === 0;
  const page = isRead ? await trail.page(filter, rowsPerPage, { before, after }) : noRows;
  const total = auditRepository.newestId();
  const isFiltered = filterNames.some((name) => Boolean(given[name]));
  const { searchedTo } = page;
  return {
    query: given,
    problems: byField(problems),
    total,
    totalText: plural(total, 'row'),
    since: auditRepository.oldest()?.at ?? null,
    events: viewEvents(auditRepository.events(), given.event),
    actors: [...new Set(['system', ...page.rows.map(({ actor }) => actor.replace(/ \(.*$/, ''))])],
    chips: viewOutcomes(auditRepository, given),
    target: given.target
      ? {
          subject: describeTarget(given.target),
          without: auditUrl({ ...given, target: undefined }),
        }
      : null,
    rows: page.rows.map(createRowView(ctx, role)),
    heading: describePosition(page, isFiltered, total),
    searchedBackTo: searchedTo === null ? null : (auditRepository.find(searchedTo)?.at ?? null),
    isUp: after !== undefined,
    isFiltered,
    isRead,
    /** Nobody has done anything yet. */
    isNew:
      !isFiltered && !page.hasNewer && !page.hasOlder && page.rows.every(({ actor }) => actor === 'system'),
    ...linksOf(page, query),
    all: auditUrl({}),
    exports: isRead ? viewExports(given) : [],
  };
}

function byField(problems: FilterProblem[]): Record<string, string> {
  return Object.fromEntries(problems.map(({ field, message }) => [field, message]));
}

function linksOf(
  { rows, hasNewer, hasOlder, searchedTo }: TrailPage,
  { before, after, ...query }: PageQuery,
) {
  const [first, last] = [rows.at(0)?.id ?? before, rows.at(-1)?.id ?? (after && after + 1)];
  const isUp = after !== undefined;
  const below = isUp ? last : (searchedTo ?? last);
  const above =
    isUp && searchedTo !== null
      ? searchedTo - 1
      : before !== undefined && rows.length === 0
        ? before - 1
        : first;
  return {
    newer: hasNewer && above ? auditUrl({ ...query, after: above }) : null,
    older: hasOlder && below ? auditUrl({ ...query, before: below }) : null,
  };
}

/** `51–100 of 48,112 rows`; of matches, which nobody counts, only the number on the page. */
function describePosition(
  { rows, hasNewer, hasOlder }: TrailPage,
  isFiltered: boolean,
  total: number,
): string {
  const [first, last] = [rows.at(0)?.id, rows.at(-1)?.id];
  if (first === undefined || last === undefined) return 'No rows';
  if (!isFiltered)
    return `${formatNumber(total - first + 1)}–${formatNumber(total - last + 1)} of ${plural(total, 'row')}`;
  const shown = plural(rows.length, 'row');
  if (!hasNewer && !hasOlder) return `${shown} ${rows.length === 1 ? 'matches' : 'match'}`;
  return `${shown} on this page`;
}

function viewExports(query: AuditQuery) {
  return [
    { label: 'CSV', href: url('/api/v1/audit', { format: 'csv', ...query }) },
    { label: 'JSON lines', href: url('/api/v1/audit', { format: 'jsonl', ...query }) },
  ];
}
