// Counts the due times of all schedules by outcome and ten minutes. Settled ones are kept, so that a look reads only the due
// times that were decided since the last one, and the jobs that were not over then.
import type { JobStatus } from '../core/bus.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import { inTurns } from '../jobs/slices.ts';
import type { RunKind, Span } from './timeline.ts';

/** `open`: the number of a job that is not over. Such a row stands for one due time. */
type Row = {
  schedule: string;
  outcome: Tick['outcome'];
  status: JobStatus | null;
  open: number | null;
  count: number;
  first: string;
  last: string;
  started: string;
  ended: string;
};
type LastRow = { [key in keyof Tick]: Tick[key] | null } & { name: string; last_job: number | null };

/** By schedule, then by ten minutes and kind. */
type Settled = Map<string, Map<string, Span>>;

export type ScheduleRuns = ReturnType<typeof createScheduleRuns>;

const turnMs = 8;
const minutesOf = 'substr(t.due_at, 1, 15)';
const isOpen = `CASE WHEN j.status IN ('queued', 'running', 'retrying') THEN t.job END`;
const rows = `
  SELECT t.schedule, t.outcome, j.status, ${isOpen} AS open, count(*) AS count,
    min(t.due_at) AS first, max(t.due_at) AS last,
    min(coalesce(j.started_at, t.due_at)) AS started,
    max(coalesce(j.finished_at, j.started_at, t.due_at)) AS ended
  FROM schedule_tick t LEFT JOIN job j ON j.number = t.job
`;
const groups = `GROUP BY t.schedule, ${minutesOf}, t.outcome, j.status, ${isOpen}`;

export function createScheduleRuns(ops: Db) {
  const statements = prepareAll(ops, {
    lastOfAll: `
      SELECT s.name, t.*, (SELECT max(number) FROM job WHERE schedule = s.name) AS last_job
      FROM schedule s LEFT JOIN schedule_tick t ON t.schedule = s.name
        AND t.due_at = (SELECT max(due_at) FROM schedule_tick WHERE schedule = s.name)
    `,
    lastJob: `SELECT number FROM job WHERE schedule = ? ORDER BY number DESC LIMIT 1`,
  });
  return {
    spans: createSpans(ops),

    /** The number of its newest job, also of one that was started by hand; null without one. */
    lastJob: (schedule: string) =>
      (statements.lastJob.get(schedule) as { number: number } | undefined)?.number ?? null,

    /** The newest due time and the newest job of each schedule, by its name. */
    lastOfAll(): Map<string, { tick: Tick | null; job: number | null }> {
      const found = statements.lastOfAll.all() as LastRow[];
      return new Map(
        found.map(({ name, last_job: job, ...tick }) => [
          name,
          { tick: tick.due_at === null ? null : (tick as Tick), job },
        ]),
      );
    },
  };
}

/** Returns a function that reads the due times of each schedule after `since`, those of ten minutes and one kind together. A
 *  job that is not over lasts until `now`. */
function createSpans(ops: Db): (since: Date, now: Date) => Promise<Map<string, Span[]>> {
  const statements = prepareAll(ops, {
    ofSchedule: `${rows} WHERE t.schedule = @schedule AND t.due_at > @since AND t.rowid <= @newest ${groups}`,
    decidedAfter: `${rows} WHERE t.rowid > @after AND t.rowid <= @newest AND t.due_at > @since ${groups}`,
    one: `${rows} WHERE t.schedule = @schedule AND t.due_at = @first ${groups}`,
    newest: 'SELECT max(rowid) FROM schedule_tick',
    names: 'SELECT name FROM schedule ORDER BY name',
  });
  let known = 0;
  let settled: Settled = new Map();
  let open: Row[] = [];
  const readShared = coalesceReads(readNew);

  return async (since, now) => {
    await readShared(since.toISOString());
    const before = open;
    open = [];
    for (const row of before) take(statements.one.all(row) as Row[]);
    return listSpans(settled, open, since.getTime(), now.getTime());
  };

  function take(found: Row[]) {
    for (const row of found) {
      if (row.open === null) settle(settled, row);
      else open.push(row);
    }
  }

  async function readNew(since: string) {
    const newest = (statements.newest.pluck().get() as number | null) ?? 0;
    if (known > 0 && newest >= known) {
      take(statements.decidedAfter.all({ after: known, newest, since }) as Row[]);
    } else {
      settled = new Map();
      open = [];
      await inTurns(statements.names.pluck().all() as string[], turnMs, async (schedule) =>
        take(statements.ofSchedule.all({ schedule, since, newest }) as Row[]),
      );
    }
    known = newest;
  }
}

/** Calls during a read share it. */
function coalesceReads(read: (since: string) => Promise<void>) {
  let reading: Promise<void> | null = null;
  return (since: string) => {
    reading ??= read(since).finally(() => {
      reading = null;
    });
    return reading;
  };
}

function listSpans(settled: Settled, open: Row[], sinceMs: number, nowMs: number): Map<string, Span[]> {
  const spans = new Map<string, Span[]>();
  for (const [schedule, kinds] of settled) {
    for (const [key, { last }] of kinds) if (last <= sinceMs) kinds.delete(key);
    spans.set(schedule, [...kinds.values()]);
  }
  for (const row of open) {
    const ofSchedule = spans.get(row.schedule) ?? [];
    spans.set(row.schedule, [...ofSchedule, { ...toSpan(row), until: nowMs }]);
  }
  return spans;
}

function settle(settled: Settled, row: Row) {
  const kinds = settled.get(row.schedule) ?? new Map<string, Span>();
  settled.set(row.schedule, kinds);
  const span = toSpan(row);
  const key = `${row.first.slice(0, 15)} ${span.kind}`;
  const last = kinds.get(key);
  kinds.set(key, last ? join(last, span) : span);
}

function join(a: Span, b: Span): Span {
  return {
    kind: a.kind,
    from: Math.min(a.from, b.from),
    until: Math.max(a.until, b.until),
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  };
}

function toSpan(row: Row): Span {
  return {
    kind: kindOf(row),
    from: Date.parse(row.started),
    until: Date.parse(row.ended),
    count: row.count,
    first: Date.parse(row.first),
    last: Date.parse(row.last),
  };
}

/** A job that was removed from the history counts as cancelled. */
function kindOf({ outcome, status }: Row): RunKind {
  if (outcome !== 'started') return outcome;
  if (status === 'succeeded') return 'done';
  if (status === null || status === 'cancelled') return 'cancelled';
  return status === 'failed' ? 'failed' : 'active';
}
