// The schedules and their ticks, in the tables `schedule` and `schedule_tick` of ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Schedule, Tick } from './schedule.ts';

type Row = Omit<Schedule, 'args' | 'is_on'> & { args: string; is_on: number };

export type ScheduleRepository = ReturnType<typeof createScheduleRepository>;

export function createScheduleRepository(ops: Db) {
  const statements = prepareAll(ops, {
    all: 'SELECT * FROM schedule ORDER BY name',
    find: 'SELECT * FROM schedule WHERE name = ?',
    count: 'SELECT count(*) FROM schedule',
    put: `
      INSERT INTO schedule (name, operation, args, reason, confirm, cron, zone, is_on, missed, overlap,
        due_since, created_by, created_at, changed_by, changed_at)
      VALUES (@name, @operation, @args, @reason, @confirm, @cron, @zone, @is_on, @missed, @overlap,
        @due_since, @created_by, @created_at, @changed_by, @changed_at)
      ON CONFLICT (name) DO UPDATE SET operation = excluded.operation, args = excluded.args,
        reason = excluded.reason, confirm = excluded.confirm, cron = excluded.cron, zone = excluded.zone,
        is_on = excluded.is_on, missed = excluded.missed, overlap = excluded.overlap,
        due_since = excluded.due_since, changed_by = excluded.changed_by, changed_at = excluded.changed_at
    `,
    remove: 'DELETE FROM schedule WHERE name = ?',
    ticks: `
      SELECT * FROM schedule_tick WHERE schedule = @name AND due_at < @before ORDER BY due_at DESC LIMIT @limit
    `,
    ticksBetween: `
      SELECT * FROM schedule_tick WHERE due_at > ? AND due_at <= ? ORDER BY due_at, schedule
    `,
    lastTick: 'SELECT * FROM schedule_tick WHERE schedule = ? ORDER BY due_at DESC LIMIT 1',
    addTick: `
      INSERT INTO schedule_tick (schedule, due_at, outcome, why, job, decided_at)
      VALUES (@schedule, @due_at, @outcome, @why, @job, @decided_at)
      ON CONFLICT DO NOTHING
    `,
    pruneTicks: `
      DELETE FROM schedule_tick WHERE (schedule, due_at) IN
        (SELECT schedule, due_at FROM schedule_tick WHERE due_at < ? ORDER BY due_at LIMIT ?)
    `,
  });
  return {
    all: (): Schedule[] => (statements.all.all() as Row[]).map(parse),

    find(name: string): Schedule | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? parse(row) : null;
    },

    count: () => statements.count.pluck().get() as number,

    put({ args, is_on, ...schedule }: Schedule) {
      statements.put.run({ ...schedule, args: JSON.stringify(args), is_on: Number(is_on) });
    },

    remove: (name: string): boolean => statements.remove.run(name).changes > 0,

    /** The newest first, before the due time `before` if it is given. */
    ticks: (name: string, { limit, before = '~' }: { limit: number; before?: string }): Tick[] =>
      statements.ticks.all({ name, limit, before }) as Tick[],

    /** The ticks of all schedules whose due time is in (since, until], the oldest first. */
    ticksBetween: (since: string, until: string): Tick[] =>
      statements.ticksBetween.all(since, until) as Tick[],

    lastTick: (name: string): Tick | null => (statements.lastTick.get(name) as Tick | undefined) ?? null,

    /** False if that due time is decided already; then nothing is changed. */
    addTick: (tick: Tick): boolean => statements.addTick.run(tick).changes > 0,

    /** Removes the oldest ticks that were due before that time, `max` at most; returns how many. */
    pruneTicks: (before: string, max: number): number => statements.pruneTicks.run(before, max).changes,

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

function parse({ args, is_on, ...row }: Row): Schedule {
  return { ...row, args: JSON.parse(args), is_on: is_on === 1 };
}
