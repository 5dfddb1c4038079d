// Statements on the tables `incident` and `incident_entry` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import {
  type Details,
  type Entry,
  type EntryKind,
  type Incident,
  type IncidentStatus,
  type NewEntry,
  type NewIncident,
  unknownIncident,
} from './incident.ts';

type Row = Omit<Incident, 'services' | 'tags'> & { services: string; tags: string };

/** `before`: the number of an entry. */
export type EntryPage = { before?: number | undefined; limit?: number };

/** So many entries are read and shown at once: a note may have 4,000 characters. */
const shownEntries = 200;

export type IncidentRepository = ReturnType<typeof createIncidentRepository>;

const details = ['title', 'severity', 'summary', 'services', 'tags', 'owner', 'runbook', 'due_at'];
const first = [...details, 'source', 'source_ref', 'opened_at', 'opened_by'];

/** `from`: a JSON list of the states in which the move is possible. */
const isIn = 'number = @number AND status IN (SELECT value FROM json_each(@from))';

const sql = {
  find: 'SELECT * FROM incident WHERE number = ?',
  newestOf: 'SELECT * FROM incident WHERE source_ref = ? ORDER BY number DESC LIMIT 1',
  of: 'SELECT * FROM incident WHERE source_ref = ? ORDER BY number DESC LIMIT ?',
  withRunbook: 'SELECT * FROM incident WHERE runbook = ? ORDER BY number DESC LIMIT ?',
  entries: `
    SELECT seq, at, actor, kind, text, ref FROM incident_entry
    WHERE incident = @number AND seq < @before ORDER BY seq DESC LIMIT @limit
  `,
  /** They are numbered from 1 on, and none is ever removed. */
  countEntries: 'SELECT coalesce(max(seq), 0) FROM incident_entry WHERE incident = ?',
  newestWith: `
    SELECT seq, at, actor, kind, text, ref FROM incident_entry
    WHERE incident = @number AND kind IN (SELECT value FROM json_each(@kinds))
      AND EXISTS (SELECT 1 FROM json_each(@firsts) WHERE instr(text || char(10), value || char(10)) = 1)
    ORDER BY seq DESC LIMIT 1
  `,
  addEntry: `
    INSERT INTO incident_entry (incident, seq, at, actor, kind, text, ref)
    SELECT @number, coalesce(max(seq), 0) + 1, @at, @actor, @kind, @text, @ref
    FROM incident_entry WHERE incident = @number
  `,
  insert: `
    INSERT INTO incident (status, ${first.join(', ')}) VALUES ('open', ${first.map((name) => `@${name}`).join(', ')})
    RETURNING *
  `,
  mitigate: `UPDATE incident SET status = 'mitigated', mitigated_at = @at WHERE ${isIn} RETURNING *`,
  close: `
    UPDATE incident SET status = 'closed', closed_at = @at, mitigated_at = coalesce(mitigated_at, @at),
      resolution = @resolution
    WHERE ${isIn} RETURNING *
  `,
  reopen: `
    UPDATE incident SET status = 'open', mitigated_at = NULL, closed_at = NULL WHERE ${isIn} RETURNING *
  `,
  change: `
    UPDATE incident SET ${details.map((name) => `${name} = @${name}`).join(', ')} WHERE number = @number RETURNING *
  `,
};

export function createIncidentRepository(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    find: (number: number): Incident | null => readIncident(statements.find.get(number)),

    /** Throws `not_found`. */
    get(number: number): Incident {
      const incident = readIncident(statements.find.get(number));
      if (!incident) throw unknownIncident(number);
      return incident;
    },

    /** The newest with that cause (`job:412`); null if there is none. */
    newestOf: (source_ref: string): Incident | null => readIncident(statements.newestOf.get(source_ref)),

    /** Those with that cause, newest first. */
    of: (source_ref: string, limit: number): Incident[] =>
      readIncidents(statements.of.all(source_ref, limit)),

    /** Newest first. */
    withRunbook: (slug: string, limit: number): Incident[] =>
      readIncidents(statements.withRunbook.all(slug, limit)),

    /** The newest ones, or those before that one, in their order. */
    entries: (number: number, { before = Number.MAX_SAFE_INTEGER, limit = shownEntries }: EntryPage = {}) =>
      (statements.entries.all({ number, before, limit }) as Entry[]).reverse(),

    countEntries: (number: number) => statements.countEntries.pluck().get(number) as number,

    /** The newest entry of those kinds with one of these first lines. */
    newestWith: (number: number, kinds: EntryKind[], firsts: string[]) =>
      (statements.newestWith.get({
        number,
        kinds: JSON.stringify(kinds),
        firsts: JSON.stringify(firsts),
      }) as Entry | undefined) ?? null,

    /** Call it in the transaction of the change, and emit `incidents` after that. */
    addEntry: (number: number, entry: NewEntry) => void statements.addEntry.run({ number, ...entry }),

    insert: (incident: NewIncident) => readIncident(statements.insert.get(toRow(incident))) as Incident,

    /** Each move returns null if the incident is in no state of `from`. */
    mitigate: (number: number, from: readonly IncidentStatus[], at: string) =>
      readIncident(statements.mitigate.get({ ...guard(number, from), at })),

    /** Without a mitigation, its end is that. */
    close: (number: number, from: readonly IncidentStatus[], at: string, resolution: string) =>
      readIncident(statements.close.get({ ...guard(number, from), at, resolution })),

    reopen: (number: number, from: readonly IncidentStatus[]) =>
      readIncident(statements.reopen.get(guard(number, from))),

    change: (number: number, given: Details & { due_at: string }) =>
      readIncident(statements.change.get({ number, ...toRow(given) })) as Incident,
  };
}

const guard = (number: number, from: readonly IncidentStatus[]) => ({ number, from: JSON.stringify(from) });

function toRow<Given extends Pick<Incident, 'services' | 'tags'>>(given: Given) {
  return { ...given, services: JSON.stringify(given.services), tags: JSON.stringify(given.tags) };
}

/** Reads a row; null without one. */
export function readIncident(row: unknown): Incident | null {
  return row ? fromRow(row as Row) : null;
}

export const readIncidents = (rows: unknown[]): Incident[] => (rows as Row[]).map(fromRow);

function fromRow({ services, tags, ...incident }: Row): Incident {
  return { ...incident, services: JSON.parse(services), tags: JSON.parse(tags) };
}
