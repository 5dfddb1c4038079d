// The language of the search box. Pure. A term that cannot be read becomes a problem; the other terms apply.
import { readSearchTime, timeExamples } from './search-time.ts';
import { type JobStatus, jobStatuses } from './job.ts';

/** Free text also matches titles of operations: `operations` have the text in their title. */
type TextTerm = { text: string; operations: string[] };

/** A job must match every part. Texts match anywhere, ignoring case. */
export type JobFilter = {
  status?: JobStatus[];
  operation?: string;
  actor?: string;
  /** The name of the schedule that started it. */
  schedule?: string;
  /** ISO 8601 UTC. */
  since?: string;
  /** Before this time, ISO 8601 UTC. */
  until?: string;
  /** Each occurs in the failure. */
  errors?: string[];
  /** Each occurs in the number, operation, arguments, reason or failure. */
  texts?: TextTerm[];
};

type SearchKey = 'status' | 'operation' | 'actor' | 'schedule' | 'error' | 'since' | 'until' | 'text';
/** `text` is the term as typed. */
export type SearchTerm = { key: SearchKey; value: string; text: string };
type SearchProblem = { term: string; message: string };
type JobSearch = { filter: JobFilter; terms: SearchTerm[]; problems: SearchProblem[] };

/** The current time, and every operation that exists or has jobs. */
type SearchContext = { now: Date; operations: { name: string; title: string }[] };

const keys: readonly string[] = ['status', 'operation', 'actor', 'schedule', 'error', 'since', 'until'];
const singleKeys = ['operation', 'actor', 'schedule', 'since', 'until'] as const;
const maxTerms = 12;

export function readSearch(query: string, context: SearchContext): JobSearch {
  const search: JobSearch = { filter: {}, terms: [], problems: [] };
  for (const [at, term] of splitTerms(query).entries()) {
    const problem =
      at < maxTerms ? addTerm(search, term, context) : `Only the first ${maxTerms} terms are used.`;
    if (problem) search.problems.push({ term: term.text, message: problem });
    else search.terms.push(term);
  }
  return search;
}

/** A term as it is typed, quoted where necessary. */
export function formatTerm(key: SearchKey, value: string): string {
  const quoted = /[\s":]/.test(value) || value === '' ? `"${value.replaceAll('"', '')}"` : value;
  return key === 'text' ? quoted : `${key}:${quoted}`;
}

function splitTerms(query: string): SearchTerm[] {
  return [
    ...query.matchAll(/([A-Za-z_]+):(?=\s|$)|(?:([A-Za-z_]+):(?![/\\]))?(?:"([^"]*)"?|([^\s"]+))/g),
  ].map(([text, lonely, key, quoted, bare]) => ({
    key: (lonely ?? key ?? 'text').toLowerCase() as SearchKey,
    value: (quoted ?? bare ?? '').trim(),
    // Terms may be put into another order, where an open quote would include the next term.
    text: text.split('"').length % 2 === 1 ? text : `${text}"`,
  }));
}

/** Adds the term to the filter; gives the problem when it cannot be read. */
function addTerm({ filter }: JobSearch, { key, value }: SearchTerm, context: SearchContext): string | null {
  if (key !== 'text' && !keys.includes(key)) {
    return `There is no qualifier ${key}:. Known: ${keys.map((name) => `${name}:`).join(' ')}. Put the term in quotes to search for its text.`;
  }
  if (value === '') return key === 'text' ? 'Empty quotes match nothing.' : `${key}: needs a value.`;
  const single = singleKeys.find((one) => one === key);
  if (single && filter[single] !== undefined) return `${key}: is given twice. Keep one of them.`;
  switch (key) {
    case 'status':
      return addStatus(filter, value);
    case 'operation':
      return addOperation(filter, value, context);
    case 'actor':
    case 'schedule':
      filter[key] = value;
      return null;
    case 'since':
    case 'until':
      return addTime(filter, key, value, context);
    case 'error':
      filter.errors = [...(filter.errors ?? []), value];
      return null;
    default:
      filter.texts = [...(filter.texts ?? []), textTerm(value, context)];
      return null;
  }
}

/** `#412` means the number 412. */
function textTerm(value: string, { operations }: SearchContext): TextTerm {
  const text = value.replace(/^#(?=\d+$)/, '');
  const titled = operations.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
  return { text, operations: titled.map(({ name }) => name) };
}

function addStatus(filter: JobFilter, value: string): string | null {
  const names = value.toLowerCase().split(',');
  const known = names.map((name) => (name === 'done' ? 'succeeded' : name));
  const unknown = known.find((name) => !jobStatuses.some((status) => status === name));
  if (unknown !== undefined)
    return `status: ${JSON.stringify(unknown)} is not known; allowed: ${jobStatuses.join(', ')}.`;
  filter.status = [...new Set([...(filter.status ?? []), ...(known as JobStatus[])])];
  return null;
}

function addOperation(filter: JobFilter, value: string, { operations }: SearchContext): string | null {
  const lower = value.toLowerCase();
  const found = operations.find(({ name, title }) => name === lower || title.toLowerCase() === lower);
  if (!found) {
    const names = operations.map(({ name }) => name).join(', ');
    return `operation: ${JSON.stringify(value)} is not known and has never run. Known: ${names}.`;
  }
  filter.operation = found.name;
  return null;
}

function addTime(
  filter: JobFilter,
  key: 'since' | 'until',
  value: string,
  { now }: SearchContext,
): string | null {
  const at = readSearchTime(value, now);
  if (at === null) return `${key}: ${JSON.stringify(value)} is not a time. Write ${timeExamples}.`;
  filter[key] = at.toISOString();
  return null;
}
