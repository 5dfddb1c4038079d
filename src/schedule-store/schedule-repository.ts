// The schedules, in the table `schedule` of ops.db, with their ticks.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Schedule } from './schedule.ts';
import { createTicks } from './tick-repository.ts';

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
    owe: 'UPDATE schedule SET due_since = @at WHERE name = @name AND due_since > @at',
    remove: 'DELETE FROM schedule WHERE name = ?',
    wasChanged: `SELECT 1 FROM audit WHERE target = 'schedule:' || ? AND outcome = 'ok' LIMIT 1`,
  });
  return {
    ...createTicks(ops),

    all: (): Schedule[] => (statements.all.all() as Row[]).map(parse),

    find(name: string): Schedule | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? parse(row) : null;
    },

    count: () => statements.count.pluck().get() as number,

    put({ args, is_on, ...schedule }: Schedule) {
      statements.put.run({ ...schedule, args: JSON.stringify(args), is_on: Number(is_on) });
    },

    /** Makes the due times after `at` count, if only later ones did: the clock was ahead when the schedule was changed. */
    oweSince: (name: string, at: string) => void statements.owe.run({ name, at }),

    remove: (name: string): boolean => statements.remove.run(name).changes > 0,

    /** Whether a schedule of this name was ever added, changed or removed. */
    wasChanged: (name: string): boolean => statements.wasChanged.get(name) !== undefined,

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

function parse({ args, is_on, ...row }: Row): Schedule {
  return { ...row, args: JSON.parse(args), is_on: is_on === 1 };
}
