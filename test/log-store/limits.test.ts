// The limits of log.db: its size, the ages of what it keeps, and the lines that wait for it.
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createWaiting, describeDropped } from '../../src/log-store/waiting.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';

const mib = 1024 * 1024;
const env = { CHL_OPERATIONS_MODE: 'noop', CHL_KEPT_LOG_MB: '32' };

async function start(t: Test, now?: () => Date) {
  const app = await startApp(t, { env, ...(now ? { now } : {}) });
  const { logStore: store } = app.use(logStore);
  await store.tend();
  return { app, store };
}

/** Of the file and its write-ahead log. */
function sizeOf({ root }: TestApp): number {
  const files = ['log.db', 'log.db-wal'].map((name) => path.join(root, name));
  return files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

t.test('a flood of lines drops what does not fit, counts it, and never exceeds the limit', async (t) => {
  const { app, store } = await start(t);
  const sent = { lines: 0, largest: 0 };
  const text = 'x'.repeat(900);
  for (let round = 0; round < 120; round++) {
    for (let at = 0; at < 1000; at++) app.log.warn({ at: sent.lines++ }, text);
    await nextTurn();
    sent.largest = Math.max(sent.largest, sizeOf(app));
    if (round % 20 === 0) t.equal((await app.page('/jobs')).status, 200, 'pages answer meanwhile');
  }
  await store.ask('lineRange', { since: undefined });
  await store.tend();
  const { file, dropped, problem } = store.state();
  t.equal(problem, null);
  t.ok(dropped.all.lines > 0, `${dropped.all.lines} of ${sent.lines} lines were dropped`);
  t.ok(Math.max(sent.largest, sizeOf(app)) <= 32 * mib, `${sent.largest} bytes at most`);
  t.ok((file?.lines ?? 0) > 1000, `${file?.lines} lines are kept`);
  const [said] = await store.ask('linesOf', {
    filter: { words: ['not kept'] },
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    isUp: false,
    limit: 1,
  });
  t.match(said?.text, /^[\d,]+ lines?( and [\d,]+ measures? of requests)? (was|were) not kept$/);
});

t.test('the oldest lines go first, and a lower limit shrinks the file', async (t) => {
  const { app, store } = await start(t);
  const text = 'y'.repeat(4000);
  for (let round = 0; round < 12; round++) {
    for (let at = 0; at < 900; at++)
      store.add('lines', JSON.stringify({ level: 40, time: Date.now(), msg: text }));
    await store.ask('lineRange', { since: undefined });
  }
  const range = await store.ask('lineRange', { since: undefined });
  const before = store.state().file;
  t.ok(range.to - range.from < 12 * 900, 'some are gone');
  t.equal(before?.newest_id, range.to - 1, 'the newest is not');
  t.ok(sizeOf(app) <= 32 * mib);
  Object.assign(app.config, { keptLogBytes: 16 * mib });
  await store.tend();
  t.ok(sizeOf(app) <= 16 * mib, `${sizeOf(app)} bytes`);
  t.ok((store.state().file?.lines ?? 0) > 0);
  t.equal(store.state().file?.newest_id, before?.newest_id);
});

t.test('what is too old is removed, each kind by its own age', async (t) => {
  let at = new Date('2026-11-01T00:00:00.000Z');
  const { app, store } = await start(t, () => at);
  const day = 86_400_000;
  const ago = (days: number) => at.getTime() - days * day;
  store.add('lines', JSON.stringify({ level: 40, time: ago(15), msg: 'old' }));
  store.add('lines', JSON.stringify({ level: 40, time: ago(13), msg: 'recent' }));
  await store.ask('lineRange', { since: undefined });
  const other = openDatabase(path.join(app.root, 'log.db'), { busyMs: 5000 });
  t.teardown(() => other.close());
  const stat = other.prepare(
    `INSERT INTO request_stat VALUES (?, ?, 'GET', '/', 'request', 2, 1, 1, 1, '[]')`,
  );
  for (const [span, days] of [
    [60, 3],
    [60, 1],
    [3600, 36],
    [3600, 34],
    [86_400, 36],
    [86_400, 34],
  ] as const)
    stat.run(span, ago(days));
  await store.tend();
  const lines = () => other.prepare('SELECT text FROM line ORDER BY id').pluck().all();
  t.notOk(lines().includes('old'));
  t.ok(lines().includes('recent'));
  const kept = other
    .prepare(`SELECT span FROM request_stat WHERE at = ? AND route = '/' ORDER BY span`)
    .pluck();
  t.strictSame(
    [3, 1, 36, 34].map((days) => kept.all(ago(days))),
    [[], [60], [], [3600, 86_400]],
  );
  at = new Date('2026-12-01T00:00:00.000Z');
  await store.tend();
  t.notOk(lines().includes('recent'));
});

t.test(
  'lines from a clock that was ahead keep no older ones, and go first when the log is full',
  async (t) => {
    const at = new Date('2026-11-01T00:00:00.000Z');
    const { app, store } = await start(t, () => at);
    const addLines = (text: string, days: number, count: number, more = '') => {
      const time = at.getTime() + days * 86_400_000;
      for (let line = 0; line < count; line++)
        store.add('lines', JSON.stringify({ level: 40, time, msg: text, more }));
      return store.ask('lineRange', { since: undefined });
    };
    await addLines('ahead', 400, 1200);
    await addLines('old', -15, 1200);
    await addLines('behind', -9000, 10);
    await addLines('recent', -1, 10);
    await store.tend();
    const other = openDatabase(path.join(app.root, 'log.db'), { busyMs: 5000 });
    t.teardown(() => other.close());
    const count = other.prepare('SELECT count(*) FROM line WHERE text = ?').pluck();
    const counts = () => ['ahead', 'old', 'behind', 'recent'].map((text) => count.get(text));
    t.strictSame(counts(), [1200, 0, 0, 10]);
    const total = other.prepare('SELECT count(*) FROM line').pluck();
    t.equal(store.state().file?.lines, total.get(), 'each is counted');
    for (let round = 0; round < 8; round++) await addLines('large', 0, 900, 'z'.repeat(4000));
    await store.tend();
    t.equal(counts()[0], 0);
    t.ok(Number(count.get('large')) > 0);
    t.equal(store.state().file?.lines, total.get());
  },
);

t.test('lines that wait are bounded in number and in length, and losses are told apart', (t) => {
  let at = new Date('2026-11-22T14:02:00.000Z');
  const waiting = createWaiting(() => at);
  for (let line = 0; line < 5312; line++) waiting.add('lines', 'short');
  t.match(waiting.dropped(), { all: { lines: 312 }, latest: { lines: 312 }, at });
  t.equal(waiting.take().lines?.length, 5000);
  t.ok(waiting.isEmpty());
  at = new Date('2026-11-22T14:10:00.000Z');
  for (let line = 0; line < 5; line++) waiting.add('lines', 'x'.repeat(1_000_000));
  t.match(waiting.dropped(), { all: { lines: 313 }, latest: { lines: 1 }, at });
  t.equal(waiting.take().lines?.length, 4);
  t.end();
});

t.test('measures that are dropped are counted apart from the lines', (t) => {
  const waiting = createWaiting(() => new Date());
  for (let at = 0; at < 5002; at++) waiting.add('statements', { at, counts: [] });
  t.match(waiting.dropped(), { all: { lines: 0, measures: 2 } });
  waiting.add('lines', 'one');
  waiting.drop(waiting.take());
  const { all } = waiting.dropped();
  t.strictSame(all, { lines: 1, measures: 5002 });
  t.equal(describeDropped(all), '1 line and 5,002 measures of requests were not kept');
  t.equal(describeDropped({ lines: 0, measures: 1 }), '1 measure of requests was not kept');
  t.end();
});

t.test('a line that is very long keeps its beginning', async (t) => {
  const { app, store } = await start(t);
  app.log.warn({ more: 'z'.repeat(20_000) }, 'a'.repeat(10_000));
  const [line] = await store.ask('linesOf', {
    filter: { level: 40 },
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    isUp: false,
    limit: 1,
  });
  t.match(line?.text, /^a{8000}… \(2000 more characters\)$/);
  t.match(line?.fields.more, /^z{8000}… \(12000 more characters\)$/);
});

t.test(
  'a flood of lines leaves the minutes of request figures, which go last, and never their hours',
  async (t) => {
    const { app, store } = await start(t);
    const hour = Date.now() - 3_600_000;
    const stat = {
      method: 'GET',
      route: '/x',
      kind: 'request',
      class: 2,
      n: 1,
      sum_ms: 1,
      max_ms: 1,
    } as const;
    for (let minute = 0; minute < 50; minute++)
      store.add('requestStats', { ...stat, buckets: [[1, 1]], at: hour + minute * 60_000 });
    for (let round = 0; round < 12; round++) {
      for (let at = 0; at < 900; at++)
        store.add('lines', JSON.stringify({ level: 40, time: Date.now(), msg: 'w'.repeat(4000) }));
      await store.ask('lineRange', { since: undefined });
    }
    await store.tend();
    const counted = async (span: 60 | 3600) => {
      const parts = [{ span, from: hour - 3_600_000, to: Date.now() }];
      const stats = await store.ask('requestStats', { parts });
      return stats.find(({ route }) => route === '/x')?.n;
    };
    t.equal(await counted(60), 50);
    Object.assign(app.config, { keptLogBytes: 1 });
    await store.tend();
    t.strictSame([await counted(60), await counted(3600)], [undefined, 50]);
  },
);
