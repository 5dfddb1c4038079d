// The filters of the audit page, of its API and of its exports. A filter that cannot be read becomes a problem of its field.
import { readSearchTime, timeExamples } from '../jobs/search-time.ts';
import { type Outcome, outcomes } from './audit-row.ts';
import { eventGroups } from './event-words.ts';

/** The filters as they stand in an address. */
export const filterNames = ['event', 'actor', 'outcome', 'target', 'q', 'since', 'until'] as const;
type FilterName = (typeof filterNames)[number];
export type AuditQuery = { [Name in FilterName]?: string | undefined };

/** A row must match every part. */
export type AuditFilter = {
  events?: string[];
  /** A token, or a person; also with a name in X-Actor behind it. */
  actor?: string;
  outcome?: Outcome;
  target?: string;
  /** Each occurs in the reason, the target or the detail, ignoring case. */
  words?: string[];
  /** ISO 8601 UTC. */
  since?: string;
  /** Before this time. */
  until?: string;
};

export type FilterProblem = { field: FilterName; message: string };

type Given = {
  now: Date;
  /** Whether the log has a row of that event. */
  hasEvent: (event: string) => boolean;
};

const maxWords = 12;

export function readFilter(query: AuditQuery, given: Given) {
  const filter: AuditFilter = {};
  const problems: FilterProblem[] = [];
  for (const field of filterNames) {
    const value = query[field]?.trim();
    if (!value) continue;
    const message = readers[field](filter, value, given);
    if (message !== null) problems.push({ field, message });
  }
  if (filter.since !== undefined && filter.until !== undefined && filter.since >= filter.until)
    problems.push({ field: 'until', message: 'Until must be after Since.' });
  return { filter, problems };
}

/** Each adds its part to the filter, or returns the problem. */
const readers: Record<FilterName, (filter: AuditFilter, value: string, given: Given) => string | null> = {
  event(filter, value, { hasEvent }) {
    const group = eventGroups.find(({ name }) => name === value);
    const known = eventGroups.flatMap(({ events }) => Object.keys(events));
    if (!group && !known.includes(value) && !hasEvent(value)) return unknownEvent(value);
    filter.events = group ? Object.keys(group.events) : [value];
    return null;
  },
  actor(filter, value) {
    filter.actor = value;
    return null;
  },
  outcome(filter, value) {
    const known = outcomes.find((outcome) => outcome === value);
    if (!known) return `There is no outcome ${quote(value)}. Known: ${outcomes.join(', ')}.`;
    filter.outcome = known;
    return null;
  },
  target(filter, value) {
    filter.target = value;
    return null;
  },
  q(filter, value) {
    const words = [...value.matchAll(/"([^"]+)"?|([^\s"]+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    if (words.length > maxWords) return `Search for at most ${maxWords} words.`;
    if (words.length > 0) filter.words = words;
    return null;
  },
  since: (filter, value, { now }) => addTime(filter, 'since', value, now),
  until: (filter, value, { now }) => addTime(filter, 'until', value, now),
};

function addTime(filter: AuditFilter, field: 'since' | 'until', value: string, now: Date): string | null {
  const at = readSearchTime(value, now);
  if (at === null) return `${quote(value)} is not a time. Write ${timeExamples}.`;
  filter[field] = at.toISOString();
  return null;
}

function unknownEvent(value: string): string {
  const groups = eventGroups.map(({ name }) => name).join(', ');
  return `No row has the event ${quote(value)}. Write an event such as job.accepted, or a group: ${groups}.`;
}

const quote = (text: string) => JSON.stringify(text.slice(0, 80));
