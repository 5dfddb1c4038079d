// The filters of the log page, of its API and of its command. A filter that cannot be read becomes a problem of its field.
import { readSearchTime, timeExamples } from '../jobs/search-time.ts';
import { type LineFilter, levels } from '../log-store/line.ts';

/** The filters as they stand in an address. */
export const filterNames = ['text', 'level', 'request', 'job', 'since'] as const;
type FilterName = (typeof filterNames)[number];
export type LogQuery = { [Name in FilterName]?: string | undefined };

export type FilterProblem = { field: FilterName; message: string };

/** Each finds lines of its level and of the higher ones. */
export const searchedLevels = ['info', 'warn', 'error'] as const;

const maxWords = 12;

export function readFilter(query: LogQuery, now: Date) {
  const filter: LineFilter = {};
  const problems: FilterProblem[] = [];
  for (const field of filterNames) {
    const value = query[field]?.trim();
    if (!value) continue;
    const message = readers[field](filter, value, now);
    if (message !== null) problems.push({ field, message });
  }
  return { filter, problems };
}

/** Each adds its part to the filter, or returns the problem. */
const readers: Record<FilterName, (filter: LineFilter, value: string, now: Date) => string | null> = {
  text(filter, value) {
    const found = [...value.matchAll(/"([^"]+)"?|([^\s"]+)/g)];
    const words = found.map(([, quoted, bare]) => quoted ?? bare ?? '').filter((word) => word.trim());
    if (words.length === 0) return 'Write at least one word.';
    if (words.length > maxWords) return `Search for at most ${maxWords} words.`;
    filter.words = words;
    return null;
  },
  level(filter, value) {
    const known = searchedLevels.find((level) => level === value);
    if (!known) return `There is no level ${quote(value)}. Known: ${searchedLevels.join(', ')}.`;
    if (known !== 'info') filter.level = levels[known];
    return null;
  },
  request(filter, value) {
    filter.request_id = value;
    return null;
  },
  job(filter, value) {
    const number = Number(/^#?(\d+)$/.exec(value)?.[1]);
    if (!Number.isSafeInteger(number) || number < 1) return `${quote(value)} is no number of a job.`;
    filter.job = number;
    return null;
  },
  since(filter, value, now) {
    const at = readSearchTime(value, now);
    if (at === null) return `${quote(value)} is not a time. Write ${timeExamples}.`;
    filter.since = at.getTime();
    return null;
  },
};

const quote = (text: string) => JSON.stringify(text.slice(0, 80));
