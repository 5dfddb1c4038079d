// The queries of the job list: those of its page, and those of the API, which are read as searches.
import { AppError } from '../core/errors.ts';
import { shortTextSchema, timeSchema } from '../core/schemas.ts';
import { formatTerm, readSearch } from './job-search.ts';
import type { JobContext } from './parts.ts';

type SearchContext = Pick<JobContext, 'catalogue' | 'listing' | 'now'>;

/** The query string of a list. `status`: comma-separated; `q`: the text of the search box. */
export type ListQuery = {
  status?: string | undefined;
  operation?: string | undefined;
  q?: string | undefined;
  before?: number | undefined;
  after?: number | undefined;
};

/** Combines all parameters into one search. `query` in the result holds the same filters, each in its own parameter. */
export function readList(context: ReturnType<typeof searchContext>, query: ListQuery) {
  const parts = [
    query.status && formatTerm('status', query.status),
    query.operation && formatTerm('operation', query.operation),
    query.q,
  ];
  const { filter, terms, problems } = readSearch(parts.filter(Boolean).join(' '), context);
  const typed = readSearch(query.q ?? '', context);
  const rest = terms.filter(({ key }) => key !== 'status' && key !== 'operation');
  const bad = typed.problems.map(({ term }) => term);
  const canonical = {
    status: filter.status?.join(','),
    operation: filter.operation,
    q: [...rest.map(({ text }) => text), ...bad].join(' ') || undefined,
  };
  const { before, after } = query;
  const isCanonical =
    ![query.status, query.operation, query.q].includes('') &&
    typed.terms.every(({ key }) => key !== 'status' && key !== 'operation');
  return { filter, problems, query: canonical, rest, isCanonical, before, after };
}

/** The time, and the operations by which a search may filter. */
export function searchContext(ctx: SearchContext) {
  const { catalogue, listing, now } = ctx;
  const known = catalogue.all().map(({ name, title }) => ({ name, title }));
  const gone = listing.operations().filter((name) => !known.some((operation) => operation.name === name));
  return { now: now(), operations: [...known, ...gone.map((name) => ({ name, title: name }))] };
}

/** The filters of the API. */
export type FilterQuery = { status?: string; operation?: string; actor?: string; q?: string; since?: string };

export const filterFields = {
  status: shortTextSchema,
  operation: shortTextSchema,
  actor: shortTextSchema,
  q: shortTextSchema,
  since: timeSchema,
};

/** Reads the parameters as search terms, like the search box of the Jobs page. */
export function readFilter(ctx: SearchContext, { status, operation, actor, since, q }: FilterQuery) {
  const parts = Object.entries({ status, operation, actor, since }).map(([key, value]) =>
    value === undefined ? '' : formatTerm(key as 'status', value),
  );
  const { filter, problems } = readSearch([...parts, q ?? ''].join(' '), searchContext(ctx));
  if (problems.length === 0) return filter;
  throw new AppError('invalid_arguments', problems.map(({ message }) => message).join(' '), {
    problems: problems.map(({ term, message }) => ({ field: term.split(':')[0] || 'q', message })),
  });
}
