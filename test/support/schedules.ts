// Schedules on a real engine, with a clock that the test sets. The ticker is not started: the test calls `runOnce`.
import type { Test } from 'tap';
import type { Tick } from '../../src/schedule-store/schedule.ts';
import { createScheduleRepository } from '../../src/schedule-store/schedule-repository.ts';
import { createDecider } from '../../src/schedules/decide.ts';
import { createMissed } from '../../src/schedules/missed.ts';
import type { GivenSchedule } from '../../src/schedules/read-schedule.ts';
import { createScheduleEdits } from '../../src/schedules/schedule-edits.ts';
import { createScheduleJobs } from '../../src/schedules/schedule-jobs-repository.ts';
import { createTicker } from '../../src/schedules/ticker.ts';
import { buildEngine, type Engine, operator } from './engine.ts';
import { defineOperation } from './operations.ts';
import { makeFolder } from './folder.ts';

/** The clock of a test. */
function createClock(at: string) {
  let now = new Date(at);
  return {
    now: () => now,
    set(to: string) {
      now = new Date(to);
    },
    pass(minutes: number) {
      now = new Date(now.getTime() + minutes * 60_000);
    },
  };
}

type Options = Parameters<typeof buildEngine>[1] & { at?: string; root?: string };

/** Noop jobs end at once: `env: { CHL_OPERATIONS_MODE: 'noop' }`. */
export function startScheduling(t: Test, { at = '2026-11-29T12:00:00Z', root, ...options }: Options = {}) {
  const clock = createClock(at);
  const engine = buildEngine(root ?? makeFolder(t), {
    operations: [defineOperation()],
    now: clock.now,
    ...options,
  });
  t.teardown(engine.close);
  return { ...createScheduling(engine, clock.now), engine, clock };
}

/** The objects that a new process has. */
export function createScheduling(engine: Engine, now: () => Date) {
  const schedules = createScheduleRepository(engine.ops);
  const scheduleJobs = createScheduleJobs(engine.ops);
  const given = {
    ...engine,
    schedules,
    scheduleJobs,
    now,
    untilFree: async <T>(work: () => T) => work(),
    log: engine.log,
    readArguments: engine.readArguments,
    options: engine.options,
  };
  const ticker = createTicker({
    ...given,
    decider: createDecider(given),
    recordMissed: createMissed(given),
  });
  const edits = createScheduleEdits({ ...given, onChange: ticker.wake });
  return {
    schedules,
    scheduleJobs,
    ticker,
    edits,
    put: (name: string, schedule: GivenSchedule = {}) =>
      edits.put(name, { operation: 'chore', cron: '* * * * *', zone: 'UTC', ...schedule }, operator),

    /** `12:01 started #1`, the oldest first. */
    ticks: (name: string) => schedules.ticks(name, { limit: 10_000 }).reverse().map(describeTick),

    outcomes(name: string) {
      const all = schedules.ticks(name, { limit: 10_000 });
      const count = (outcome: Tick['outcome']) => all.filter((tick) => tick.outcome === outcome).length;
      return {
        started: count('started'),
        skipped: count('skipped'),
        missed: count('missed'),
        refused: count('refused'),
      };
    },
  };
}

function describeTick({ due_at, outcome, why, job }: Tick): string {
  return [due_at.slice(11, 16), outcome, job && `#${job}`, why].filter(Boolean).join(' ');
}
