// Reads what the status says about incidents, findings and up-time, from ops.db. Every answer comes from an index.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Incident } from '../incident-store/incident.ts';

export type ActiveIncident = Pick<
  Incident,
  'number' | 'title' | 'severity' | 'status' | 'opened_at' | 'due_at'
>;

export type IncidentCounts = { open: number; mitigated: number };

/** `late`: mitigated after their time, or not yet and overdue. `meanMs`: from the opening to the mitigation; null without one. */
type PastIncidents = { all: number; mitigated: number; late: number; meanMs: number | null };

/** Further rows of an event are not counted. */
export const maxCounted = 10_000;

const sql = {
  counts: `
    SELECT status, count(*) AS n FROM incident WHERE status IN ('open', 'mitigated') GROUP BY status
  `,
  active: `
    SELECT number, title, severity, status, opened_at, due_at FROM incident WHERE status IN ('open', 'mitigated')
    ORDER BY status = 'mitigated', severity, number DESC LIMIT ?
  `,
  past: `
    SELECT count(*) AS "all", count(mitigated_at) AS mitigated,
      coalesce(sum(coalesce(mitigated_at, closed_at, @now) > due_at), 0) AS late,
      avg(unixepoch(mitigated_at, 'subsec') - unixepoch(opened_at, 'subsec')) * 1000 AS meanMs
    FROM incident WHERE opened_at >= @since
  `,
  events: 'SELECT count(*) FROM (SELECT 1 FROM audit WHERE event = ? AND id >= ? LIMIT ?)',
  up: `SELECT sum(good) AS good, sum(total) AS total FROM objective_tally WHERE name = 'up' AND span = 3600 AND at >= ?`,
};

export function createIncidentFacts(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    counts(): IncidentCounts {
      const rows = statements.counts.all() as { status: keyof IncidentCounts; n: number }[];
      return { open: 0, mitigated: 0, ...Object.fromEntries(rows.map(({ status, n }) => [status, n])) };
    },

    /** Open ones before mitigated ones, each the most severe first. */
    active: (limit: number) => statements.active.all(limit) as ActiveIncident[],

    past: (since: Date, now: Date) =>
      statements.past.get({ since: since.toISOString(), now: now.toISOString() }) as PastIncidents,

    /** Rows of the audit log with that event from that id on, up to one more than `maxCounted`. */
    countEvents: (event: string, fromId: number) =>
      statements.events.pluck().get(event, fromId, maxCounted + 1) as number,

    /** The share of time that the server ran of that which it was meant to run, in percent; null before it was counted. */
    upPercent(since: Date): number | null {
      const row = statements.up.get(Math.floor(since.getTime() / 1000)) as {
        good: number;
        total: number | null;
      };
      return row.total ? (row.good / row.total) * 100 : null;
    },
  };
}
