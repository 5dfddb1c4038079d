// The jobs that schedules have started, and their due times in short: what became of them, by ten minutes.
import type { JobStatus } from '../core/bus.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import type { RunKind, Span } from './timeline.ts';

type Row = {
  outcome: Tick['outcome'];
  status: JobStatus | null;
  count: number;
  first: string;
  last: string;
  started: string;
  ended: string;
};

export type ScheduleRuns = ReturnType<typeof createScheduleRuns>;

export function createScheduleRuns(ops: Db) {
  const statements = prepareAll(ops, {
    spans: `
      SELECT t.outcome, j.status, count(*) AS count, min(t.due_at) AS first, max(t.due_at) AS last,
        min(coalesce(j.started_at, t.due_at)) AS started,
        max(coalesce(j.finished_at, j.started_at, t.due_at)) AS ended
      FROM schedule_tick t LEFT JOIN job j ON j.number = t.job
      WHERE t.schedule = @schedule AND t.due_at > @since
      GROUP BY substr(t.due_at, 1, 15), t.outcome, j.status
    `,
    lastJob: `SELECT number FROM job WHERE schedule = ? ORDER BY number DESC LIMIT 1`,
  });
  return {
    /** The due times after `since`, those of ten minutes and one kind together. A job that is not over lasts until `now`. */
    spans(schedule: string, since: Date, now: Date): Span[] {
      const rows = statements.spans.all({ schedule, since: since.toISOString() }) as Row[];
      return rows.map((row) => {
        const kind = kindOf(row);
        return {
          kind,
          from: Date.parse(row.started),
          until: kind === 'active' ? now.getTime() : Date.parse(row.ended),
          count: row.count,
          first: Date.parse(row.first),
          last: Date.parse(row.last),
        };
      });
    },

    /** The number of its newest job, also of one that was started by hand; null without one. */
    lastJob: (schedule: string) =>
      (statements.lastJob.get(schedule) as { number: number } | undefined)?.number ?? null,
  };
}

/** A job that was removed from the history counts as cancelled. */
function kindOf({ outcome, status }: Row): RunKind {
  if (outcome !== 'started') return outcome;
  if (status === 'succeeded') return 'done';
  if (status === null || status === 'cancelled') return 'cancelled';
  return status === 'failed' ? 'failed' : 'active';
}
