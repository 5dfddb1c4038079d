// The view model of the log page: the filter form, chips, lines and the addresses of other pages.
import { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { LineFilter } from '../../log-store/line.ts';
import type { LinePage, LineRange, LineSearch } from '../line-search.ts';
import { filterNames, type FilterProblem, type LogQuery, type readFilter } from '../log-filter.ts';
import type { LogContext } from '../parts.ts';
import { viewLine } from './line-view.ts';
import { logUrl, type PageQuery } from './log-url.ts';

const linesPerPage = 50;

const noLines: LinePage = { lines: [], hasNewer: false, hasOlder: false, stopped: null, newestId: 0 };

/** Nothing is shown for a filter with a problem: lines that it should have left out would look like an answer. */
export async function viewLog(
  { lineSearch }: Pick<LogContext, 'lineSearch'>,
  query: PageQuery,
  { filter, problems }: ReturnType<typeof readFilter>,
) {
  const { before, after, ...given } = query;
  const isRead = problems.length === 0;
  const { page, unavailable } = isRead
    ? await readPage(lineSearch, filter, { before, after })
    : { page: noLines, unavailable: null };
  const isNewest = before === undefined && after === undefined;
  return {
    query: given,
    problems: byField(problems),
    chips: viewLevels(given),
    lines: page.lines.map(viewLine),
    heading: describeCount(page),
    stopped: page.stopped && { at: page.stopped.at?.toISOString() ?? null },
    found: page.lines.length,
    isUp: after !== undefined,
    isFiltered: filterNames.some((name) => Boolean(given[name])),
    isRead,
    unavailable,
    /** Whether new lines belong to the page. */
    isLive: isNewest && isRead,
    ...linksOf(page, query),
    path: url('/ui/log/list', query),
    all: logUrl({}),
  };
}

/** `unavailable`: why nothing can be read now. */
async function readPage(lineSearch: LineSearch, filter: LineFilter, range: LineRange) {
  try {
    return { page: await lineSearch.page(filter, linesPerPage, range), unavailable: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { page: noLines, unavailable: error.message };
  }
}

function byField(problems: FilterProblem[]): Record<string, string> {
  return Object.fromEntries(problems.map(({ field, message }) => [field, message]));
}

function viewLevels({ level, ...others }: LogQuery) {
  const chips = [
    { name: undefined, word: 'All', tone: '', icon: null },
    { name: 'warn', word: 'Warnings and errors', tone: 'warn', icon: 'tri' },
    { name: 'error', word: 'Errors', tone: 'bad', icon: 'cross' },
  ];
  const chosen = level === 'info' ? undefined : level || undefined;
  return chips.map(({ name, ...chip }) => ({
    ...chip,
    isCurrent: chosen === name,
    href: logUrl({ ...others, level: name }),
  }));
}

function linksOf({ lines, hasNewer, hasOlder, stopped }: LinePage, { before, after, ...query }: PageQuery) {
  const [first, last] = [lines.at(0)?.id ?? before, lines.at(-1)?.id ?? (after && after + 1)];
  const isUp = after !== undefined;
  const below = isUp ? last : (stopped?.id ?? last);
  const above = isUp && stopped ? stopped.id - 1 : lines.length > 0 || !before ? first : before - 1;
  return {
    newer: hasNewer && above ? logUrl({ ...query, after: above }) : null,
    older: hasOlder && below ? logUrl({ ...query, before: below }) : null,
    newest: logUrl(query),
  };
}

/** Nobody counts the matches, only those of the page. */
function describeCount({ lines, hasNewer, hasOlder }: LinePage): string {
  if (lines.length === 0) return 'No lines';
  const shown = plural(lines.length, 'line');
  if (hasNewer) return `${shown} on this page`;
  return hasOlder ? `The newest ${shown}` : shown;
}
