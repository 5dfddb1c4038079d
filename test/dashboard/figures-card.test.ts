import { type HTMLElement, parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { queueChart } from '../../src/queue/web/queue-chart.ts';
import { metricNames, type Readings } from '../../src/core/db/metrics.ts';
import { createStarts } from '../../src/starts/repository.ts';
import { createSampleRepository } from '../../src/telemetry/repository.ts';
import { createWorkerRepository } from '../../src/workers/repository.ts';
import type { WorkerRow } from '../../src/workers/state.ts';
import { runAndAwaitEvent, startApp, type TestApp } from '../support/app.ts';
import { addExperience } from '../support/entries.ts';
import { card } from '../support/screen.ts';

const start = Date.parse('2026-11-22T14:01:00.000Z');

/** A server with a fake clock; `add` writes a sample of some minutes ago. */
async function startWithClock(t: Test) {
  const clock = { ms: start };
  const env = { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' };
  const app = await startApp(t, { env, now: () => new Date(clock.ms) });
  const { config, bus, telemetry } = app.parts;
  await telemetry.runOnce();
  const ops = openDatabase(config.opsDatabasePath, { busyMs: 1000 });
  const library = openDatabase(config.databasePath, { busyMs: 1000 });
  t.teardown(() => {
    ops.close();
    library.close();
  });
  ops.exec('DELETE FROM server_start');
  const samples = createSampleRepository(ops);
  const workers = createWorkerRepository(ops, () => new Date(clock.ms));
  return {
    app,
    clock,
    library,
    workers,
    telemetry,
    loseRun: createStarts(ops).closeLost,
    addStart(minutesAgo: number) {
      const at = new Date(clock.ms - minutesAgo * 60_000).toISOString();
      const program = { version: '1', commit: null, node: '22', sqlite: '3', mode: 'noop' };
      createStarts(ops).add({ at, ...program, pid: 1, boot_id: null, config_sha256: '' });
    },
    add(minutesAgo: number, readings: Partial<Readings>) {
      const nothing = Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
      samples.write([{ at: clock.ms / 1000 - minutesAgo * 60, ...nothing, ...readings }]);
      bus.emit('sample');
    },
  };
}

/** Label → text of each figure. */
async function figures(app: TestApp): Promise<Map<string, HTMLElement>> {
  const { text } = await app.page('/ui/operations/figures');
  return new Map(
    parse(text)
      .querySelectorAll('.stat')
      .map((stat) => [stat.querySelector('dt')?.text ?? '', stat]),
  );
}

const words = (stat: HTMLElement | undefined) => stat?.querySelector('.d')?.text.trim();

t.test('a figure has its history as a curve hidden from screen readers', async (t) => {
  const { app, add } = await startWithClock(t);
  const before = await figures(app);
  t.notOk(before.get('Queue pending')?.querySelector('svg'), 'no history, no curve');
  for (let minute = 64; minute > 0; minute -= 4) add(minute, { queue_pending: minute, queue_failed: 0 });
  const queue = (await figures(app)).get('Queue pending');
  const svg = queue?.querySelector('svg');
  t.equal(svg?.getAttribute('aria-hidden'), 'true');
  t.equal(
    svg
      ?.querySelector('.l')
      ?.getAttribute('d')
      ?.match(/\d+ \d+/g)?.length,
    16,
  );
  t.equal(svg?.querySelector('circle')?.getAttribute('cy'), '44', 'the curve ends at the current value, 0');
  t.equal(words(queue), 'No entries waiting');
});

t.test('failed and pending entries are shown with an explanation', async (t) => {
  const { app, add, library } = await startWithClock(t);
  library.exec(`INSERT INTO categories (code, name, created_at) VALUES ('GEN', 'General', '2026-01-01')`);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id, { embedding_status: 'failed' });
  addExperience(library, 'E4');
  t.equal(words((await figures(app)).get('Failed entries')), 'Not embedded see the queue');
  add(60, { queue_failed: 1 });
  t.equal(words((await figures(app)).get('Failed entries')), '+2 in the last hour');
  t.equal(words((await figures(app)).get('Queue pending')), 'No worker is running');
});

t.test('workers are counted by state, and the queue shows its time left', async (t) => {
  const { app, library, workers } = await startWithClock(t);
  library.exec(`INSERT INTO categories (code, name, created_at) VALUES ('GEN', 'General', '2026-01-01')`);
  const beat = (name: string, ratePerMin: number) => {
    const who = { name, claimant: `${name}/test` };
    workers.register({ ...who, owner: 'hand', host: 'elsewhere' }, null);
    workers.beat(who, { ...idle, state: ratePerMin > 0 ? 'working' : 'idle', rate_per_min: ratePerMin });
  };
  const idle = {
    ...{ state: 'idle', current_id: null, current_title: null, current_since: null, processed: 0, failed: 0 },
    ...{ speed_per_min: null, p95_ms: null, rss_bytes: null, outage_since: null, outage_error: null },
  } as const;
  beat('embed-1', 2);
  beat('embed-2', 0);
  t.equal(words((await figures(app)).get('Throughput')), 'The queue is now empty');
  for (let entry = 0; entry < 76; entry++) addExperience(library, `E${entry}`);
  const all = await figures(app);
  t.equal(words(all.get('Queue pending')), 'Clears in about 38 min');
  t.match(all.get('Throughput')?.text, /2 \/ min.*Embedding now/s);
  t.match(all.get('Workers')?.text, /2 of 2 active.*1 idle · 1 working/s);
  t.equal(all.get('Workers')?.querySelectorAll('.marks svg').length, 2);
  workers.lose({ name: 'embed-2', claimant: 'embed-2/test' } as WorkerRow, 'It is gone.');
  t.match((await figures(app)).get('Workers')?.text, /1 of 2 active.*1 lost · 1 working/s);
});

t.test('the card keeps its bytes while nothing visible changes', async (t) => {
  const { app, clock, add } = await startWithClock(t);
  for (let minute = 120; minute >= 0; minute -= 2)
    add(minute, { queue_pending: 0, queue_failed: 0, embedding_rate: 0 });
  const read = async () => (await app.page('/ui/operations/figures')).text;
  const before = await read();
  for (const laterMs of [5000, 60_000, 240_000]) {
    clock.ms += laterMs;
    add(0, { queue_pending: 0, queue_failed: 0, embedding_rate: 0, rss_bytes: laterMs, streams: 7 });
    t.equal(await read(), before, `${laterMs} ms later`);
  }
});

t.test('jobs of the last day are counted by their end', async (t) => {
  const { app, clock } = await startWithClock(t);
  await runAndAwaitEvent(app, 'export');
  t.match((await figures(app)).get('Jobs, last 24 h')?.text, /1 job1 done · 0 active/s);
  clock.ms += 86_400_000;
  t.match((await figures(app)).get('Jobs, last 24 h')?.text, /0 jobs.*0 done · 0 active/s);
  t.ok((await app.page('/operations')).html.querySelector(`${card.figures} dl.kpis`));
});

t.test('the chart of the queue has one sentence as text alternative', async (t) => {
  const { telemetry, clock, add } = await startWithClock(t);
  const chart = (pending: number) => queueChart(telemetry, pending, 'run', new Date(clock.ms));
  t.equal(chart(5), null);
  for (let minute = 60; minute > 0; minute -= 3) {
    if (minute === 15) add(15.25, { queue_pending: 1000 });
    if (minute !== 30) add(minute, { queue_pending: minute === 15 ? 2085 : 1000 });
  }
  const peak = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(
    start - 16 * 60_000,
  );
  t.match(chart(900), {
    label: `Pending entries over the last 60 minutes: from 1,000 to 2,085 at ${peak}, now 900 and falling. Some samples are missing.`,
    scale: ['4,000', '2,000', '0'],
    steps: ['60 min ago', '30 min ago', 'Now 900'],
  });
  t.equal(chart(900)?.curve?.line.match(/M/g)?.length, 2, 'with the gap');
  t.match(chart(3000)?.label, /from 1,000, now 3,000 and rising/);
  for (let minute = 63; minute > 0; minute -= 3) add(minute, { queue_pending: 7 });
  t.match(chart(7)?.label, /7 throughout\.$/);
});

t.test(
  'starts of the server are marked on the curves of their time, told apart by shape and text',
  async (t) => {
    const { app, telemetry, clock, add, addStart, loseRun } = await startWithClock(t);
    for (let minute = 64; minute > 0; minute -= 4) add(minute, { queue_pending: minute });
    addStart(90);
    addStart(30);
    loseRun();
    addStart(10);
    const queue = (await figures(app)).get('Queue pending');
    t.same(
      queue?.querySelectorAll('.mark').map((mark) => mark.classNames),
      ['mark lost', 'mark lost'],
    );
    t.match(
      queue?.querySelector('.curve .sr')?.text,
      /^The server started 2 times, the last at \d\d:\d\d, each/,
    );
    t.equal(queue?.querySelector('svg title')?.text, queue?.querySelector('.curve .sr')?.text);
    const chart = queueChart(telemetry, 900, 'run', new Date(clock.ms));
    t.match(
      chart?.label,
      /now 900 and \w+\..* The server started 2 times, the last at \d\d:\d\d, each after/,
    );
    t.same(
      chart?.curve?.marks.map(({ isAfterLoss }) => isAfterLoss),
      [true, true],
    );
  },
);
