// The rates of each kind and the source of what is embedded, without a server.
import t from 'tap';
import type { MetricName } from '../../src/core/db/metrics.ts';
import type { UsageRow } from '../../src/cost-store/usage-repository.ts';
import { describeDriver, readDriver } from '../../src/queue/queue-driver.ts';
import { createQueueRates } from '../../src/queue/queue-rates.ts';
import { stuckCheck } from '../../src/queue/stuck-check.ts';
import { embeddedSource } from '../../src/telemetry/sources.ts';
import type { PausedKinds } from '../../src/workers/paused-kinds.ts';
import { nothingPaused } from '../../src/workers/state.ts';

const at = new Date('2026-11-30T14:00:30.000Z');

/** A series of 61 minutes, the current one included; the last values are the newest. */
const minutes = (...newest: (number | null)[]) => [...Array(61 - newest.length).fill(null), ...newest];

function ratesOf(
  series: Partial<Record<MetricName, (number | null)[]>>,
  modelChanges: { from: Date; until: Date }[] = [],
) {
  let reads = 0;
  const recent = (name: MetricName) => {
    reads += 1;
    return series[name] ?? minutes();
  };
  let now = at;
  const rates = createQueueRates({
    telemetry: { recent },
    modelChanges: () => modelChanges,
    now: () => now,
  });
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms);
  };
  return { rates, pass, reads: () => reads };
}

t.test('rates count whole minutes of samples, once a minute', async (t) => {
  const { rates, pass, reads } = ratesOf({
    queue_pending_experiences: minutes(100, 70, 40, 999),
    queue_failed_experiences: minutes(0, 2, 2, 999),
    embedded_experiences: minutes(28, 28, 30, 999),
  });
  t.same(
    rates().experience,
    { inPerMin: 0, outPerMin: 29, meanWaitSec: 147 },
    '−60 waiting, +2 failed, 58 out',
  );
  t.same(rates().manual, { inPerMin: null, outPerMin: null, meanWaitSec: null }, 'no sample');
  t.equal(reads(), 6);
  pass(29_000);
  rates();
  t.equal(reads(), 6);
  pass(1000);
  rates();
  t.equal(reads(), 12);
});

t.test('what comes in is what waits more, has left, or has failed', async (t) => {
  const { rates } = ratesOf({
    queue_pending_manuals: minutes(0, null, 10, 12, 0),
    queue_failed_manuals: minutes(1, null, 1, 1, 1),
    embedded_manuals: minutes(0, null, 0, 3, 0),
    queue_pending_experiences: minutes(5, 5, 0),
    queue_failed_experiences: minutes(0, 0, 0),
    embedded_experiences: minutes(0, 0, 0),
  });
  t.same(
    rates().manual,
    { inPerMin: 5, outPerMin: 1, meanWaitSec: 440 },
    '15 in three minutes, one of them a gap',
  );
  t.same(
    rates().experience,
    { inPerMin: 0, outPerMin: 0, meanWaitSec: null },
    'nothing leaves: no wait is known',
  );
});

t.test('what waits anew for another model does not come in', async (t) => {
  const [from, until] = ['2026-11-30T13:56:58.000Z', '2026-11-30T13:57:03.000Z'];
  const series = {
    queue_pending_manuals: minutes(0, 4, 100, 9000, 9010, 9020, 9999),
    queue_failed_manuals: minutes(0, 0, 0, 0, 0, 0, 0),
    embedded_manuals: minutes(0, 0, 0, 0, 0, 0, 0),
  };
  t.match(ratesOf(series).rates().manual, { inPerMin: 1804 });
  const change = { from: new Date(from), until: new Date(until) };
  t.match(ratesOf(series, [change]).rates().manual, { inPerMin: 7 }, 'four before it, ten after it');
  const all = { from: new Date('2026-11-30T13:50:00.000Z'), until: at };
  t.match(ratesOf(series, [all]).rates().manual, { inPerMin: null, outPerMin: 0 });
});

t.test('what is embedded is the growth of the counters of days, also over midnight', async (t) => {
  const row = (day: string, item: UsageRow['item'], quantity: number, is_estimate = false): UsageRow => ({
    day,
    item,
    quantity,
    is_estimate,
  });
  let rows = [row('2026-11-29', 'embedded_manuals', 7), row('2026-11-29', 'embedding_tokens', 999)];
  let since = '';
  const read = embeddedSource(
    {
      since(day) {
        since = day;
        return rows;
      },
    },
    () => at,
  );
  t.same(read(), { embedded_experiences: null, embedded_manuals: null }, 'the first reading');
  t.equal(since, '2026-11-27');
  t.same(read(), { embedded_experiences: 0, embedded_manuals: 0 });
  rows = [
    row('2026-11-29', 'embedded_manuals', 9),
    row('2026-11-30', 'embedded_manuals', 4),
    row('2026-11-30', 'embedded_manuals', 1, true),
    row('2026-11-30', 'embedded_experiences', 3),
  ];
  t.same(read(), { embedded_experiences: 3, embedded_manuals: 7 }, 'two of yesterday, five of today');
  rows = rows.slice(1);
  t.same(read(), { embedded_experiences: 0, embedded_manuals: 0 }, 'a day that is removed counts nothing');
});

t.test('the driver names the file and the owner of the workers', async (t) => {
  const config = { mode: 'scripts', databasePath: '/data/chl.db', embeddingQueue: null } as const;
  const [mine, hand] = [
    { owner: 'server', lost_at: null },
    { owner: 'hand', lost_at: null },
  ] as const;
  const say = (...workers: Parameters<typeof readDriver>[1]) => describeDriver(readDriver(config, workers));
  t.equal(say(mine, mine, hand), 'SQLite, chl.db. The server runs 2 workers. 1 worker was started by hand.');
  t.equal(say({ ...mine, lost_at: 'now' }), 'SQLite, chl.db. No worker is running.');
  t.equal(
    describeDriver(readDriver({ ...config, mode: 'noop' }, [])),
    'SQLite, chl.db. Noop mode runs no workers.',
  );
  const remote = readDriver({ ...config, embeddingQueue: 'rediss://u:secret@box.lan:6380' }, [mine]);
  t.match(remote, { name: 'sqlite + redis', redis: 'rediss://box.lan:6380' });
  t.match(describeDriver(remote), /Remote workers get their texts through rediss:\/\/box\.lan:6380\.$/);
});

t.test('an entry waits too long only if its kind is open and was not empty in between', async (t) => {
  const pause = { at: at.toISOString(), by: 'dana', reason: null };
  const idle = { view: 'idle', outage_since: null, lost_at: null, paused_at: null };
  const look = async (given: {
    experiences: number;
    samples?: (number | null)[];
    pausedKinds?: PausedKinds;
  }) => {
    const { experiences, samples = minutes(), pausedKinds = { manual: pause } } = given;
    const sources = {
      config: { checks: { oldestPendingMs: 3_600_000 } },
      now: () => at,
      queue: {
        counts: async () => ({
          pending: { experiences, manuals: 4, total: experiences + 4 },
          failed: { experiences: 0, manuals: 0, total: 0 },
        }),
        oldestPendingAt: async () => '2026-11-30T11:00:00.000Z',
      },
      workers: { view: () => ({ workers: [idle], control: nothingPaused, pausedKinds }) },
      telemetry: { embeddingRate: () => 0, recent: () => samples },
    };
    const { says, found } = await stuckCheck(sources as unknown as Parameters<typeof stuckCheck>[0]).look();
    return found.length > 0 ? 'stuck' : says;
  };
  t.equal(await look({ experiences: 0 }), 'Manuals are paused; nothing else waits.');
  t.equal(await look({ experiences: 2 }), 'stuck', 'no sample says otherwise');
  t.equal(await look({ experiences: 2, samples: minutes(0, 2, 2) }), '2 entries wait, none for long.');
  t.equal(await look({ experiences: 2, samples: [0, ...Array(61).fill(2)] }), 'stuck');
  t.equal(await look({ experiences: 0, pausedKinds: {} }), 'stuck', 'no kind is paused');
});
