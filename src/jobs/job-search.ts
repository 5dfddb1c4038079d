// The language of the search box: `status: operation: actor: error: since:` and free words, quotes around what has
// spaces. Pure; a term that cannot be read is told, and the others count.
import { type JobStatus, jobStatuses } from './job.ts';

/** Free text is also found in the titles of operations: `operations` are those whose title has it. */
type TextTerm = { text: string; operations: string[] };

/** Which jobs are meant; all of it must fit. Texts are parts, whatever their case. */
export type JobFilter = {
  status?: JobStatus[];
  operation?: string;
  actor?: string;
  /** ISO 8601 UTC. */
  since?: string;
  /** In what the failure says. */
  errors?: string[];
  /** In number, operation, arguments, reason or failure. */
  texts?: TextTerm[];
};

type SearchKey = 'status' | 'operation' | 'actor' | 'error' | 'since' | 'text';
/** `text` is the term as it was typed. */
export type SearchTerm = { key: SearchKey; value: string; text: string };
type SearchProblem = { term: string; message: string };
type JobSearch = { filter: JobFilter; terms: SearchTerm[]; problems: SearchProblem[] };

/** What a search is read against: the time, and the operations that there are or were. */
type SearchContext = { now: Date; operations: { name: string; title: string }[] };

const keys: readonly string[] = ['status', 'operation', 'actor', 'error', 'since'];
const mostTerms = 12;

export function readSearch(query: string, context: SearchContext): JobSearch {
  const search: JobSearch = { filter: {}, terms: [], problems: [] };
  for (const [at, term] of splitTerms(query).entries()) {
    const problem =
      at < mostTerms ? addTerm(search, term, context) : `More than ${mostTerms} terms are not read.`;
    if (problem) search.problems.push({ term: term.text, message: problem });
    else search.terms.push(term);
  }
  return search;
}

/** A term as it is typed, in quotes where it must be. */
export function wordTerm(key: SearchKey, value: string): string {
  const quoted = /[\s":]/.test(value) || value === '' ? `"${value.replaceAll('"', '')}"` : value;
  return key === 'text' ? quoted : `${key}:${quoted}`;
}

function splitTerms(query: string): SearchTerm[] {
  return [
    ...query.matchAll(/([A-Za-z_]+):(?=\s|$)|(?:([A-Za-z_]+):(?![/\\]))?(?:"([^"]*)"?|([^\s"]+))/g),
  ].map(([text, lonely, key, quoted, bare]) => ({
    key: (lonely ?? key ?? 'text').toLowerCase() as SearchKey,
    value: (quoted ?? bare ?? '').trim(),
    // Terms are put into another order, where an open quote would take in what follows.
    text: text.split('"').length % 2 === 1 ? text : `${text}"`,
  }));
}

/** Adds the term to the filter, or says what is wrong with it. */
function addTerm({ filter }: JobSearch, { key, value }: SearchTerm, context: SearchContext): string | null {
  if (key !== 'text' && !keys.includes(key)) {
    return `There is no qualifier ${key}:. Known: ${keys.map((name) => `${name}:`).join(' ')}. Put the term in quotes to search for its text.`;
  }
  if (value === '') return key === 'text' ? 'Empty quotes find nothing.' : `${key}: needs a value.`;
  switch (key) {
    case 'status':
      return addStatus(filter, value);
    case 'operation':
      return addOperation(filter, value, context);
    case 'actor':
      if (filter.actor !== undefined) return 'actor: is given twice. Keep one of them.';
      filter.actor = value;
      return null;
    case 'since':
      return addSince(filter, value, context);
    case 'error':
      filter.errors = [...(filter.errors ?? []), value];
      return null;
    default:
      filter.texts = [...(filter.texts ?? []), textTerm(value, context)];
      return null;
  }
}

/** `#412` is the number 412. */
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
  if (filter.operation !== undefined) return 'operation: is given twice. Keep one of them.';
  const lower = value.toLowerCase();
  const found = operations.find(({ name, title }) => name === lower || title.toLowerCase() === lower);
  if (!found) {
    const names = operations.map(({ name }) => name).join(', ');
    return `operation: ${JSON.stringify(value)} is not known and has never run. Known: ${names}.`;
  }
  filter.operation = found.name;
  return null;
}

const dayMs = 86_400_000;
const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs };

/** `today`, `yesterday`, `24h`, `7d`, a day of this machine's zone, or a time. */
function addSince(filter: JobFilter, value: string, { now }: SearchContext): string | null {
  if (filter.since !== undefined) return 'since: is given twice. Keep one of them.';
  const at = readSince(value.toLowerCase(), now);
  if (at === null || Number.isNaN(at.getTime())) {
    return `since: ${JSON.stringify(value)} is no time. Write 2026-11-22, 2026-11-22T14:00, today, yesterday, 24h or 7d.`;
  }
  filter.since = at.toISOString();
  return null;
}

function readSince(value: string, now: Date): Date | null {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (value === 'today') return midnight;
  if (value === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(value) ?? [];
  if (amount && unit) return new Date(now.getTime() - Number(amount) * (unitMs[unit] ?? 0));
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (year) return realDay(Number(year), Number(month), Number(day));
  return /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}/.test(value) ? new Date(value.toUpperCase()) : null;
}

/** There is no 31st of February. */
function realDay(year: number, month: number, day: number): Date | null {
  const at = new Date(year, month - 1, day);
  return at.getMonth() === month - 1 && at.getDate() === day ? at : null;
}
