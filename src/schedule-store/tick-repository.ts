// The outcomes of the due times, in the table `schedule_tick` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Tick } from './schedule.ts';

type Misses = { missed: string | null; started: string | null };

/** Due times of a day of a rule that runs every minute: older ones are not looked through. */
const timesLookedThrough = 1440;

const sql = {
  ticks: `
    SELECT * FROM schedule_tick WHERE schedule = @name AND due_at < @before ORDER BY due_at DESC LIMIT @limit
  `,
  between: 'SELECT * FROM schedule_tick WHERE due_at > ? AND due_at <= ? ORDER BY due_at, schedule',
  last: 'SELECT * FROM schedule_tick WHERE schedule = ? ORDER BY due_at DESC LIMIT 1',
  lastStarted: `
    SELECT * FROM (SELECT * FROM schedule_tick WHERE schedule = @name ORDER BY due_at DESC LIMIT @limit)
    WHERE outcome = 'started' ORDER BY due_at DESC LIMIT 1
  `,
  lastDueAt: 'SELECT max(due_at) FROM schedule_tick WHERE schedule = ? AND due_at <= ?',
  lastMissed: `
    SELECT max(due_at) FILTER (WHERE outcome = 'missed') AS missed,
      max(due_at) FILTER (WHERE outcome = 'started') AS started
    FROM (SELECT due_at, outcome FROM schedule_tick WHERE schedule = @name ORDER BY due_at DESC LIMIT @limit)
  `,
  add: `
    INSERT INTO schedule_tick (schedule, due_at, outcome, why, code, job, decided_at)
    VALUES (@schedule, @due_at, @outcome, @why, @code, @job, @decided_at)
    ON CONFLICT DO NOTHING
  `,
  prune: `
    DELETE FROM schedule_tick WHERE (schedule, due_at) IN (
      SELECT schedule, due_at FROM schedule_tick AS tick WHERE due_at < ?
        AND EXISTS (SELECT 1 FROM schedule_tick WHERE schedule = tick.schedule AND due_at > tick.due_at)
      ORDER BY due_at LIMIT ?
    )
  `,
};

export function createTicks(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** The newest first, before the due time `before` if it is given. */
    ticks: (name: string, { limit, before = '~' }: { limit: number; before?: string }): Tick[] =>
      statements.ticks.all({ name, limit, before }) as Tick[],

    /** The ticks of all schedules whose due time is in (since, until], the oldest first. */
    ticksBetween: (since: string, until: string): Tick[] => statements.between.all(since, until) as Tick[],

    lastTick: (name: string): Tick | null => (statements.last.get(name) as Tick | undefined) ?? null,

    /** The newest due time that was started; null without one. */
    lastStarted: (name: string): Tick | null =>
      (statements.lastStarted.get({ name, limit: timesLookedThrough }) as Tick | undefined) ?? null,

    /** The newest due time of the schedule up to `until` that is decided; null without one. */
    lastDueAt: (name: string, until: string) =>
      statements.lastDueAt.pluck().get(name, until) as string | null,

    /** The newest missed due time, unless a later one was started; null without one. */
    openMiss(name: string): string | null {
      const last = statements.last.get(name) as Tick | undefined;
      if (!last || last.outcome === 'started') return null;
      const { missed, started } = statements.lastMissed.get({ name, limit: timesLookedThrough }) as Misses;
      return missed !== null && missed > (started ?? '') ? missed : null;
    },

    /** False if that due time is decided already; then nothing is changed. */
    addTick: (tick: Tick): boolean => statements.add.run(tick).changes > 0,

    /** Removes the oldest ticks that were due before that time, `max` at most; returns how many. The newest tick of a schedule
     *  stays, since it says up to when its due times are decided. */
    pruneTicks: (before: string, max: number): number => statements.prune.run(before, max).changes,
  };
}
