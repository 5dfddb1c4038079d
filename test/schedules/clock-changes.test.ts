// The ticker on the days when a clock changes, minute by minute: each due time is decided once, at its local time.
import t from 'tap';
import { startScheduling } from '../support/schedules.ts';

type Day = {
  zone: string;
  /** UTC. */
  from: string;
  minutes: number;
  cron: string;
  ticks: string[];
};

const days: Record<string, Day> = {
  'Berlin, forward: a time in the gap is due at its end': {
    zone: 'Europe/Berlin',
    from: '2027-03-28T00:00:00Z',
    minutes: 180,
    cron: '30 2 * * *',
    ticks: ['01:00 started #1'],
  },
  'Berlin, back: a time that comes twice is due once': {
    zone: 'Europe/Berlin',
    from: '2026-10-25T00:00:00Z',
    minutes: 180,
    cron: '30 2 * * *',
    ticks: ['00:30 started #1'],
  },
  'Berlin, back: each hour that comes is due': {
    zone: 'Europe/Berlin',
    from: '2026-10-24T23:30:00Z',
    minutes: 180,
    cron: '15 * * * *',
    ticks: ['00:15 started #1', '01:15 started #2', '02:15 started #3'],
  },
  'Lord Howe, forward by half an hour: a time in the gap is due at its end': {
    zone: 'Australia/Lord_Howe',
    from: '2026-10-03T14:30:00Z',
    minutes: 120,
    cron: '15 2 * * *',
    ticks: ['15:30 started #1'],
  },
  'Lord Howe, back by half an hour: a time that comes twice is due once': {
    zone: 'Australia/Lord_Howe',
    from: '2027-04-03T14:00:00Z',
    minutes: 120,
    cron: '45 1 * * *',
    ticks: ['14:45 started #1'],
  },
};

for (const [title, { zone, from, minutes, cron, ticks }] of Object.entries(days))
  t.test(title, async (t) => {
    const scheduling = startScheduling(t, { at: from, env: { CHL_OPERATIONS_MODE: 'noop' } });
    const { engine, clock, put, ticker } = scheduling;
    engine.runner.start();
    await put('daily', { cron, zone });
    for (let minute = 0, jobs = 0; minute < minutes; minute += 1) {
      clock.pass(1);
      await ticker.runOnce();
      const started = scheduling.ticks('daily').length;
      if (started > jobs) await engine.whenJob(started, 'succeeded');
      jobs = started;
    }
    t.strictSame(scheduling.ticks('daily'), ticks);
    t.equal(engine.repository.find(String(ticks.length + 1)), null, 'no further job');
  });
