// Statements on the tables `incident` and `incident_entry` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type Entry, type Incident, type NewEntry, unknownIncident } from './incident.ts';

type Row = Omit<Incident, 'services' | 'tags'> & { services: string; tags: string };

export type IncidentRepository = ReturnType<typeof createIncidentRepository>;

const sql = {
  find: 'SELECT * FROM incident WHERE number = ?',
  newestOf: 'SELECT * FROM incident WHERE source_ref = ? ORDER BY number DESC LIMIT 1',
  withRunbook: 'SELECT * FROM incident WHERE runbook = ? ORDER BY number DESC LIMIT ?',
  entries: 'SELECT seq, at, actor, kind, text, ref FROM incident_entry WHERE incident = ? ORDER BY seq',
  addEntry: `
    INSERT INTO incident_entry (incident, seq, at, actor, kind, text, ref)
    SELECT @number, coalesce(max(seq), 0) + 1, @at, @actor, @kind, @text, @ref
    FROM incident_entry WHERE incident = @number
  `,
};

export function createIncidentRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    find: (number: number): Incident | null => read(statements.find.get(number)),

    /** Throws `not_found`. */
    get(number: number): Incident {
      const incident = read(statements.find.get(number));
      if (!incident) throw unknownIncident(number);
      return incident;
    },

    /** The newest with that cause (`job:412`); null if there is none. */
    newestOf: (source_ref: string): Incident | null => read(statements.newestOf.get(source_ref)),

    /** Newest first. */
    withRunbook: (slug: string, limit: number): Incident[] =>
      (statements.withRunbook.all(slug, limit) as Row[]).map(fromRow),

    entries: (number: number) => statements.entries.all(number) as Entry[],

    /** Call it in the transaction of the change, and emit `incidents` after that. */
    addEntry: (number: number, entry: NewEntry) => void statements.addEntry.run({ number, ...entry }),
  };
}

function read(row: unknown): Incident | null {
  return row ? fromRow(row as Row) : null;
}

function fromRow({ services, tags, ...incident }: Row): Incident {
  return { ...incident, services: JSON.parse(services), tags: JSON.parse(tags) };
}
