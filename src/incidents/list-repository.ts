// Reads incidents from ops.db: lists, counts and figures.
import { type Db, prepareAll, prepareOnce } from '../core/db/open.ts';
import { containing, like } from '../core/db/word-search.ts';
import { systemActor } from '../core/own-actors.ts';
import type { Entry, Incident, IncidentSeverity, IncidentStatus } from '../incident-store/incident.ts';
import { readIncident, readIncidents } from '../incident-store/incident-repository.ts';

/** `statuses`: never empty. */
export type IncidentFilter = {
  statuses: readonly IncidentStatus[];
  severity: IncidentSeverity | null;
  service: string | null;
  tag: string | null;
  owner: string | null;
  words: string[];
};

/** The place of an incident in the list: those that are not closed by severity, then the closed ones; the newest first. */
export type IncidentCursor = { isClosed: boolean; severity: number; number: number };

/** `severity`: the worst of the open ones. */
export type Tally = Record<IncidentStatus, number> & { worst: IncidentSeverity | null; overdue: number };

/** `mitigated`: those that the mean is of; `meanMs` is null without one. */
export type Figures = { count: number; mitigated: number; meanMs: number | null; missed: number };

/** `searchedTo`: the search ended at this incident, `searched` before the page was full; null: it did not. */
export type Listed = { incidents: Incident[]; searchedTo: IncidentCursor | null };

/** A search that no index answers looks at so many incidents for a page: more of them must not make it slower. */
export const searchedAtOnce = 1000;

export type ListRepository = ReturnType<typeof createListRepository>;

const sql = {
  counts: 'SELECT status, count(*) AS count, min(severity) AS worst FROM incident GROUP BY status',
  overdue: `SELECT count(*) FROM incident WHERE status = 'open' AND due_at < ?`,
  lateOnes: `SELECT * FROM incident WHERE status = 'open' AND due_at < ? ORDER BY due_at LIMIT ?`,
  newestEntry: 'SELECT coalesce(max(rowid), 0) FROM incident_entry',
  figures: `
    SELECT count(*) AS count, count(mitigated_at) AS mitigated,
      avg(max(0, julianday(mitigated_at) - julianday(opened_at)) * 86400000) AS meanMs,
      count(*) FILTER (WHERE coalesce(mitigated_at, @now) > due_at) AS missed
    FROM incident WHERE opened_at >= @since
  `,
  automatic: `
    SELECT count(*) FROM incident
    WHERE status = 'open' AND source = 'finding' AND source_ref IS NOT NULL AND opened_by = '${systemActor}'
  `,
  /** The incident of several findings is the one without a cause of its own. */
  several: `
    SELECT * FROM incident WHERE status IN ('open', 'mitigated') AND source = 'finding' AND source_ref IS NULL
    ORDER BY number DESC LIMIT 1
  `,
  openAmong: `
    SELECT number FROM incident WHERE status = 'open' AND number IN (SELECT value FROM json_each(?))
  `,
  entriesOf: `
    SELECT seq, at, actor, kind, text, ref FROM incident_entry WHERE ref = ? AND incident = ? ORDER BY seq
  `,
};

export function createListRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const prepare = prepareOnce(ops);
  const count = (name: 'overdue' | 'automatic' | 'newestEntry', ...given: unknown[]) =>
    statements[name].pluck().get(...given) as number;

  return {
    list: (filter: IncidentFilter, limit: number, after: IncidentCursor | null) =>
      list(prepare, filter, limit, after),

    tally(now: string): Tally {
      type Row = { status: IncidentStatus; count: number; worst: IncidentSeverity };
      const rows = statements.counts.all() as Row[];
      const of = (status: IncidentStatus) => rows.find((row) => row.status === status);
      const number = (status: IncidentStatus) => of(status)?.count ?? 0;
      return {
        open: number('open'),
        mitigated: number('mitigated'),
        closed: number('closed'),
        worst: of('open')?.worst ?? null,
        overdue: count('overdue', now),
      };
    },

    figures: (since: string, now: string) => statements.figures.get({ since, now }) as Figures,

    /** The open ones whose due time is over, the earliest first. */
    overdue: (now: string, limit: number) => readIncidents(statements.lateOnes.all(now, limit)),

    /** Grows with each change of an incident. */
    newestEntry: () => count('newestEntry'),

    /** The open ones that the server has opened for one finding each. */
    countAutomatic: () => count('automatic'),

    /** The active incident that several findings have joined. */
    several: () => readIncident(statements.several.get()),

    /** Those of the numbers that are open. */
    openAmong: (numbers: number[]) => statements.openAmong.pluck().all(JSON.stringify(numbers)) as number[],

    /** The entries about that thing. */
    entriesOf: (number: number, ref: string) => statements.entriesOf.all(ref, number) as Entry[],
  };
}

type Prepare = ReturnType<typeof prepareOnce>;

/** The place above the newest one. */
const beforeAll = { severity: 1, number: 999_999_999_999_999 };

/** `where`, `order`: the part of the query that the index of the list answers. */
type Group = { isClosed: boolean; where: string; order: string };

function groupsOf({ statuses, severity }: IncidentFilter, after: IncidentCursor | null): Group[] {
  const active = statuses.filter((status) => status !== 'closed').map((status) => `'${status}'`);
  const ofSeverity = severity === null ? '' : 'AND severity = @severity';
  const groups: Group[] = [];
  if (active.length > 0 && !after?.isClosed) {
    const below = after === null ? '' : 'AND (severity, -number) > (@afterSeverity, -@afterNumber)';
    const where = `status IN (${active.join(', ')}) ${ofSeverity} ${below}`;
    groups.push({ isClosed: false, where, order: 'severity, number DESC' });
  }
  if (statuses.includes('closed')) {
    const below = after?.isClosed ? 'AND number < @afterNumber' : '';
    // Without a severity in the order of the table: most incidents are closed.
    const status = severity === null ? `+status = 'closed'` : `status = 'closed'`;
    groups.push({ isClosed: true, where: `${status} ${ofSeverity} ${below}`, order: 'number DESC' });
  }
  return groups;
}

function list(prepare: Prepare, filter: IncidentFilter, limit: number, after: IncidentCursor | null): Listed {
  const { conditions, values } = conditionsOf(filter);
  const from = { severity: filter.severity, afterSeverity: after?.severity, afterNumber: after?.number };
  const incidents: Incident[] = [];
  let left = searchedAtOnce;
  for (const group of groupsOf(filter, after)) {
    const wanted = limit - incidents.length;
    const looked = conditions.length > 0 ? left : wanted;
    const places = placesOf(group, looked + 1);
    const seen = places.slice(0, looked);
    incidents.push(...read(group, seen, wanted));
    left -= seen.length;
    if (incidents.length >= limit) break;
    const last = seen.at(-1) ?? beforeAll;
    if (places.length > looked) return { incidents, searchedTo: { ...last, isClosed: group.isClosed } };
  }
  return { incidents, searchedTo: null };

  function placesOf({ where, order }: Group, limit: number) {
    const text = `SELECT severity, number FROM incident WHERE ${where} ORDER BY ${order} LIMIT @limit`;
    return prepare(text).all({ ...from, limit }) as Omit<IncidentCursor, 'isClosed'>[];
  }

  function read({ order }: Group, places: { number: number }[], limit: number): Incident[] {
    const numbers = JSON.stringify(places.map(({ number }) => number));
    const where = ['number IN (SELECT value FROM json_each(@numbers))', ...conditions].join(' AND ');
    const text = `SELECT * FROM incident WHERE ${where} ORDER BY ${order} LIMIT @limit`;
    return readIncidents(prepare(text).all({ ...values, numbers, limit }));
  }
}

/** The conditions for which each incident must be read. */
function conditionsOf({ service, tag, owner, words }: IncidentFilter) {
  const hasOne = (column: string, name: string) =>
    `EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = @${name})`;
  const conditions = [
    service !== null && hasOne('services', 'service'),
    tag !== null && hasOne('tags', 'tag'),
    owner !== null && 'owner = @owner',
    ...words.map(
      (_, at) =>
        `(${['title', 'summary', 'resolution'].map((column) => like(column, `word${at}`)).join(' OR ')})`,
    ),
  ].filter((one): one is string => one !== false);
  const found = Object.fromEntries(words.map((word, at) => [`word${at}`, containing(word)]));
  return { conditions, values: { service, tag, owner, ...found } };
}
