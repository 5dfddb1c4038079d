import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { pino } from 'pino';
import { createBus } from '../../src/core/bus.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createDiskUse } from '../../src/disk/disk-use.ts';
import { createDiskUseRepository } from '../../src/disk/disk-use-repository.ts';
import { forecastOf, growthOf } from '../../src/disk/forecast.ts';
import type { DiskPartName } from '../../src/disk/parts-of-disk.ts';
import { makeFolder } from '../support/folder.ts';

const day = 86_400_000;
const nobodyElsewhere = () => false;
const use = (on: string, bytes: number, part: DiskPartName = 'logs') => ({ day: on, part, bytes });

/** `of.sizes`: bytes by part at the next measurement. */
function openUse(
  t: Test,
  of: { sizes: Partial<Record<DiskPartName, number>>; free: number; isBroken?: boolean },
) {
  const ops = prepareOps(`${makeFolder(t)}/ops.db`);
  t.teardown(() => ops.close());
  const clock = { ms: Date.parse('2026-11-01T12:00:00.000Z') };
  const bus = createBus();
  let measurements = 0;
  const diskUse = createDiskUse({
    bus,
    log: pino({ level: 'silent' }),
    now: () => new Date(clock.ms),
    untilFree: async (work) => {
      if (of.isBroken) throw new Error('the disk is full');
      return work();
    },
    repository: createDiskUseRepository(ops),
    usage: { add() {} },
    telemetry: { series: () => ({ points: [] }) as never },
    async measure() {
      measurements += 1;
      const parts = Object.entries(of.sizes).map(([part, bytes]) => ({
        part: part as DiskPartName,
        bytes,
        isElsewhere: part === 'backups',
      }));
      return { parts, free: of.free, total: 1000, isPartial: false };
    },
  });
  return { diskUse, clock, bus, ops, measurements: () => measurements };
}

t.test('each day keeps its last measurement, for 400 days', async (t) => {
  const of = { sizes: { logs: 100, backups: 5 }, free: 900 };
  const { diskUse, clock, ops } = openUse(t, of);
  t.equal(diskUse.current(), null);
  await diskUse.runOnce();
  of.sizes.logs = 200;
  await diskUse.runOnce();
  t.strictSame(diskUse.days(), [use('2026-11-01', 5, 'backups'), use('2026-11-01', 200)]);
  clock.ms += 400 * day;
  await diskUse.runOnce();
  t.equal(ops.prepare('SELECT count(DISTINCT day) FROM disk_use').pluck().get(), 2);
  clock.ms += day;
  await diskUse.runOnce();
  t.equal(ops.prepare('SELECT count(DISTINCT day) FROM disk_use').pluck().get(), 2, 'the first day is gone');
});

t.test('growth and end follow from the parts on this disk', async (t) => {
  const of = { sizes: { logs: 100, index: 50, backups: 5000 }, free: 800 };
  const { diskUse, clock, bus } = openUse(t, of);
  let events = 0;
  bus.on('disk', () => events++);
  await diskUse.runOnce();
  t.match(diskUse.current(), { used_bytes: 150, growth: null, forecast: null });
  clock.ms += 10 * day;
  of.sizes = { logs: 300, index: 50, backups: 9000 };
  await diskUse.runOnce();
  t.match(diskUse.current(), {
    measured_at: '2026-11-11T12:00:00.000Z',
    used_bytes: 350,
    growth: { bytesPerDay: 20, days: 10 },
    forecast: { days: 40, by: 'growth' },
  });
  t.equal(events, 2);
});

t.test('somebody who looks after a job, or a minute later, sees a new measurement', async (t) => {
  const of = { sizes: { logs: 100 }, free: 900 };
  const { diskUse, clock, bus, measurements } = openUse(t, of);
  const measured = async () => {
    const next = once(bus, 'disk');
    diskUse.measureAgain();
    await next;
    await setImmediate();
  };
  await diskUse.runOnce();
  of.sizes = { logs: 200 };
  diskUse.measureAgain();
  t.equal(measurements(), 1, 'nothing has happened since');
  bus.emit('job', { status: 'succeeded' } as never);
  await measured();
  t.match(diskUse.current(), { used_bytes: 200 });
  of.sizes = { logs: 300 };
  clock.ms += 60_001;
  await measured();
  t.match(diskUse.current(), { used_bytes: 300 });
  await diskUse.stop();
});

t.test('a use that cannot be stored is shown', async (t) => {
  const { diskUse } = openUse(t, { sizes: { logs: 100 }, free: 900, isBroken: true });
  await diskUse.runOnce();
  t.match(diskUse.current(), { used_bytes: 100, growth: null });
  t.equal(diskUse.hasFailed(), false);
});

t.test('growth is null for less than a day', async (t) => {
  t.equal(growthOf([], nobodyElsewhere), null);
  t.equal(growthOf([use('2026-11-01', 1)], nobodyElsewhere), null);
  t.same(growthOf([use('2026-11-01', 100), use('2026-11-03', 40)], nobodyElsewhere), {
    bytesPerDay: -30,
    days: 2,
  });
});

t.test('the sooner prediction counts', async (t) => {
  const free = (...values: number[]) => values.map((value, at) => ({ at: at * 86_400, value }));
  const growth = { bytesPerDay: 10, days: 30 };
  t.equal(forecastOf(100, null, []), null);
  t.equal(forecastOf(100, { bytesPerDay: -1, days: 3 }, free(100, 100)), null);
  t.same(forecastOf(100, growth, []), { days: 10, by: 'growth' });
  t.same(forecastOf(100, growth, free(100, 98)), { days: 10, by: 'growth' });
  t.same(forecastOf(60, growth, free(100, 80, 60)), { days: 3, by: 'free-space' });
  t.same(forecastOf(60, null, free(100, 80, 60)), { days: 3, by: 'free-space' });
  t.equal(
    forecastOf(100, null, [
      { at: 0, value: 100 },
      { at: 3600, value: 50 },
    ]),
    null,
    'an hour',
  );
});
