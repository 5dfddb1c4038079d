// Statements of the chaos of schedules: adds schedules of every minute and of every fifth one, and compares their ticks
// with their jobs and due times.
import type { Config } from '../../src/core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createScheduleRepository } from '../../src/schedule-store/schedule-repository.ts';

/** The distance of the due times of half the schedules. */
export const rareMinutes = 5;

/** Half of them wait for what is in the way, half make up for missed times. A rule of every minute has nothing to make up:
 *  a newer time is on time. */
export function addSchedules(config: Config, count: number, now: Date) {
  const ops = prepareOps(config.opsDatabasePath);
  const schedules = createScheduleRepository(ops);
  const at = now.toISOString();
  const by = { created_by: 'chaos', created_at: at, changed_by: 'chaos', changed_at: at, due_since: at };
  for (let number = 0; number < count; number++)
    schedules.put({
      name: `s-${number}`,
      operation: number % 3 === 0 ? 'stubborn-chore' : 'chore',
      args: { lock: number % 5 === 0 ? 'a' : 'none' },
      reason: null,
      confirm: null,
      cron: number % 8 < 4 ? '* * * * *' : `*/${rareMinutes} * * * *`,
      zone: 'UTC',
      is_on: true,
      missed: number % 2 === 0 ? 'once' : 'skip',
      overlap: number % 4 < 2 ? 'wait' : 'skip',
      ...by,
    });
  ops.close();
}

type Row = { schedule: string; cron: string; due_since: string; ticks: number; last: string | null };

/** `decidedUntil`: the due time up to which every schedule is decided. */
export function readDueTimes(config: Config) {
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    return ops.transaction(() => compare(ops))();
  } finally {
    ops.close();
  }
}

function compare(ops: Db) {
  const rows = ops
    .prepare<[], Row>(`
      SELECT s.name AS schedule, s.cron, s.due_since, count(t.due_at) AS ticks, max(t.due_at) AS last
      FROM schedule s LEFT JOIN schedule_tick t ON t.schedule = s.name WHERE s.is_on = 1 GROUP BY s.name
    `)
    .all();
  const outcomes = ops
    .prepare<[], { outcome: string; ticks: number }>(
      'SELECT outcome, count(*) AS ticks FROM schedule_tick GROUP BY outcome',
    )
    .all();
  const counts = ops
    .prepare<[], { madeUp: number; jobs: number }>(`
      SELECT count(*) FILTER (WHERE why LIKE 'Made up.%') AS madeUp,
        (SELECT count(*) FROM job WHERE schedule IS NOT NULL) AS jobs
      FROM schedule_tick WHERE outcome = 'started'
    `)
    .get();
  return {
    madeUp: counts?.madeUp ?? 0,
    jobs: counts?.jobs ?? 0,
    problems: [...rows.flatMap(findGaps), ...findStrangers(ops)],
    outcomes: Object.fromEntries(outcomes.map(({ outcome, ticks }) => [outcome, ticks])),
    decidedUntil: rows.reduce((first, { last }) => ((last ?? '') < first ? (last ?? '') : first), '~'),
  };
}

/** A rule has as many due times as spans of its minutes have begun. */
function findGaps({ schedule, cron, due_since, ticks, last }: Row): string[] {
  if (last === null) return [];
  const spanMs = (cron.includes('/') ? rareMinutes : 1) * 60_000;
  const due = Math.floor(Date.parse(last) / spanMs) - Math.floor(Date.parse(due_since) / spanMs);
  return due === ticks ? [] : [`${schedule} has ${ticks} ticks for ${due} due times up to ${last}`];
}

/** Jobs without a tick, ticks without their job, and ticks that share one. */
function findStrangers(ops: Db): string[] {
  const wrong = ops
    .prepare<[], { number: number; ticks: number; jobs: number }>(`
      SELECT number, sum(is_tick) AS ticks, sum(1 - is_tick) AS jobs FROM (
        SELECT job AS number, 1 AS is_tick FROM schedule_tick WHERE job IS NOT NULL
        UNION ALL SELECT number, 0 FROM job WHERE schedule IS NOT NULL
      ) GROUP BY number HAVING ticks <> 1 OR jobs <> 1 LIMIT 10
    `)
    .all();
  return wrong.map(({ number, ticks, jobs }) => `job #${number}: ${ticks} ticks, ${jobs} jobs`);
}
