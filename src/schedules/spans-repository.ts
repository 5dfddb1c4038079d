// Counts the runs of schedules by outcome and ten minutes: their due times, and their jobs that people have started. Settled
// ones are kept, so that a look reads only those that came since the last one, and the jobs that were not over then.
import type { JobStatus } from '../core/bus.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Kernel } from '../core/kernel.ts';
import { inTurns } from '../core/slices.ts';
import type { Tick } from '../schedule-store/schedule.ts';
import { scheduleRequester } from './actions.ts';
import type { RunKind, Span } from './timeline.ts';

/** `open`: the number of a job that is not over. Such a row stands for one run. */
type Row = {
  schedule: string;
  outcome: Tick['outcome'];
  status: JobStatus | null;
  open: number | null;
  count: number;
  by_hand: number;
  first: string;
  last: string;
  started: string;
  ended: string;
};

/** A table of runs; `at`: the time for which a run was asked, `id`: a number that rises with each row. */
type Source = { from: string; at: string; schedule: string; id: string; outcome: string; byHand: 0 | 1 };

const sources: Source[] = [
  {
    from: 'schedule_tick t LEFT JOIN job j ON j.number = t.job WHERE true',
    at: 't.due_at',
    schedule: 't.schedule',
    id: 't.rowid',
    outcome: 't.outcome',
    byHand: 0,
  },
  {
    from: `job j WHERE j.requested_by <> '${scheduleRequester('').actor}' || j.schedule`,
    at: 'j.created_at',
    schedule: 'j.schedule',
    id: 'j.number',
    outcome: `'started'`,
    byHand: 1,
  },
];
const newestOf = ['SELECT max(rowid) FROM schedule_tick', 'SELECT max(number) FROM job'];

type Loaded = { settled: Map<string, Span>; open: { row: Row; source: number }[] };

const turnMs = 8;
/** After more new rows than these, each schedule is read again when somebody looks at it. */
const maxNew = 5000;
const spanBytes = 200;

/** Returns a function that reads the runs of the named schedules after `since`, those of ten minutes and one kind together.
 *  A job that is not over lasts until `now`. A schedule has its runs also from before it was removed and added again. */
export function createScheduleSpans({ ops, bus, caches }: Pick<Kernel, 'ops' | 'bus' | 'caches'>) {
  const readers = sources.map((source, at) => createReader(ops, source, newestOf[at] as string));
  const loaded = caches.create<Loaded>('schedule-runs', {
    reads: 'viewer',
    about: 'The runs of each schedule in the last day, by outcome and ten minutes.',
    entries: 500,
    bytes: 32 * 1024 * 1024,
    sizeOf: ({ settled, open }) => (settled.size + open.length) * spanBytes,
    show: ({ settled }) => JSON.stringify([...settled.values()]),
  });
  // A removed job may be among the settled ones.
  bus.on('jobs-removed', () => loaded.clear());

  return async (names: string[], since: Date, now: Date): Promise<Map<string, Span[]>> => {
    readNew(since.toISOString());
    const spans = new Map<string, Span[]>();
    await inTurns(names, turnMs, async (name) => {
      spans.set(name, listSpans(look(name, since.toISOString()), since.getTime(), now.getTime()));
    });
    return spans;
  };

  function readNew(since: string) {
    const found = readers.map((reader) => reader.findNew(since));
    if (found.includes(null)) loaded.clear();
    for (const [source, rows] of found.entries())
      for (const row of rows ?? []) {
        const runs = loaded.peek(row.schedule);
        if (runs) take(runs, [row], source);
      }
  }

  function look(name: string, since: string): Loaded {
    const known = loaded.get(name);
    const runs = known ?? { settled: new Map(), open: [] };
    if (known) {
      const { open } = runs;
      runs.open = [];
      for (const { row, source } of open) take(runs, readers[source]?.again(row) ?? [], source);
      return runs;
    }
    for (const [source, reader] of readers.entries()) take(runs, reader.ofSchedule(name, since), source);
    loaded.set(name, runs);
    return runs;
  }
}

function createReader(ops: Db, { from, at, schedule, id, outcome, byHand }: Source, newest: string) {
  const isOpen = `CASE WHEN j.status IN ('queued', 'running', 'retrying') THEN j.number END`;
  const rows = `
    SELECT ${schedule} AS schedule, ${outcome} AS outcome, j.status, ${isOpen} AS open, count(*) AS count,
      ${byHand} AS by_hand, min(${at}) AS first, max(${at}) AS last, min(coalesce(j.started_at, ${at})) AS started,
      max(coalesce(j.finished_at, j.started_at, ${at})) AS ended
    FROM ${from}
  `;
  const groups = `GROUP BY ${schedule}, substr(${at}, 1, 15), ${outcome}, j.status, ${isOpen}`;
  const firstId = byHand ? 'AND j.number >= (SELECT min(number) FROM job WHERE created_at > @since)' : '';
  const statements = prepareAll(ops, {
    newest,
    ofSchedule: `${rows} AND ${schedule} = @name AND ${at} > @since ${firstId} AND ${id} <= @known ${groups}`,
    newer: `${rows} AND ${id} > @known AND ${id} <= @newest AND ${at} > @since ${groups}`,
    again: `${rows} AND ${schedule} = @schedule AND ${at} = @first ${byHand ? 'AND j.number = @open' : ''} ${groups}`,
  });
  let known = 0;
  return {
    /** The runs that came since the last call; null if they are too many, or others than those after the known ones. */
    findNew(since: string): Row[] | null {
      const before = known;
      known = (statements.newest.pluck().get() as number | null) ?? 0;
      if (known < before || known - before > maxNew) return null;
      if (known === before) return [];
      return statements.newer.all({ known: before, newest: known, since }) as Row[];
    },

    /** Up to the last call of `findNew`. */
    ofSchedule: (name: string, since: string) => statements.ofSchedule.all({ name, since, known }) as Row[],

    again: (row: Row) => statements.again.all(row) as Row[],
  };
}

function take(runs: Loaded, found: Row[], source: number) {
  for (const row of found) {
    if (row.open === null) settle(runs.settled, row);
    else runs.open.push({ row, source });
  }
}

function listSpans({ settled, open }: Loaded, sinceMs: number, nowMs: number): Span[] {
  for (const [key, { last }] of settled) if (last <= sinceMs) settled.delete(key);
  return [...settled.values(), ...open.map(({ row }) => ({ ...toSpan(row), until: nowMs }))];
}

function settle(settled: Loaded['settled'], row: Row) {
  const span = toSpan(row);
  const key = `${row.first.slice(0, 15)} ${span.kind} ${row.by_hand}`;
  const last = settled.get(key);
  settled.set(key, last ? join(last, span) : span);
}

function join(a: Span, b: Span): Span {
  return {
    kind: a.kind,
    from: Math.min(a.from, b.from),
    until: Math.max(a.until, b.until),
    count: a.count + b.count,
    byHand: a.byHand + b.byHand,
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
    byHand: row.by_hand * row.count,
    first: Date.parse(row.first),
    last: Date.parse(row.last),
  };
}

function kindOf({ outcome, status }: Row): RunKind {
  if (outcome !== 'started') return outcome;
  if (status === null) return 'removed';
  if (status === 'succeeded') return 'done';
  return status === 'failed' || status === 'cancelled' ? status : 'active';
}
