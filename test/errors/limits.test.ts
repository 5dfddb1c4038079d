// Nothing is lost without a word, and nothing grows without bounds.
import '../support/plain-children.ts';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { errors } from '../../src/errors/feature.ts';
import { createGathering } from '../../src/errors/gathering.ts';
import { toSeen } from '../../src/errors/seen.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addError, logError } from '../support/errors.ts';
import { makeFolder } from '../support/folder.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const save = (app: TestApp) => app.use(errors).collector.runOnce();
const list = async (app: TestApp, query = '') => (await app.json(`/api/v1/errors${query}`)).body.items;

t.test('counts outlast a restart, and a stop writes what was gathered', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { ...noop, root });
  await addError(first, { message: 'it broke' });
  logError(first, { message: 'it broke' });
  await first.close();
  const second = await startApp(t, { ...noop, root });
  t.match(await list(second), [{ times: 2, state: 'open' }]);
  await second.close();
});

t.test('while ops.db is locked, nothing is lost', async (t) => {
  const app = await startApp(t, noop);
  const other = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 100 });
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  logError(app, { message: 'it broke' });
  const saving = save(app);
  logError(app, { message: 'it broke' });
  other.exec('ROLLBACK');
  await saving;
  await save(app);
  t.match(await list(app), [{ times: 2 }]);
});

t.test(
  'the table keeps 5,000 groups, and removes the oldest resolved ones first, muted ones last',
  async (t) => {
    const app = await startApp(t, noop);
    const add = app.ops.prepare(`
    INSERT INTO error_group (fingerprint, title, source, code, place, line, first_at, last_at, times, first_version, state, sample)
    VALUES (?, 't', 'server', 'c', 'p', 'l', ?, ?, 1, '1', ?, '{"jobs":[],"requests":[]}')
  `);
    const states: Record<number, string> = { 0: 'muted', 4000: 'resolved' };
    app.ops.transaction(() => {
      for (let at = 0; at < 5000; at++) {
        const time = new Date(1.7e12 + at).toISOString();
        add.run(String(at), time, time, states[at] ?? 'open');
      }
    })();
    app.ops.exec(`INSERT INTO error_hour VALUES (1, '2020-01-01T00', 1), (2, '2020-01-01T00', 1)`);
    const left = (fingerprint: string) =>
      app.ops.prepare('SELECT count(*) FROM error_group WHERE fingerprint = ?').pluck().get(fingerprint);
    await addError(app, { message: 'one' });
    t.same([left('4000'), left('1')], [0, 1]);
    await addError(app, { message: 'another' });
    t.same([left('0'), left('1'), left('2')], [1, 0, 1]);
    t.equal(app.ops.prepare('SELECT count(*) FROM error_group').pluck().get(), 5000);
    const hours = app.ops.prepare(`SELECT group_id FROM error_hour WHERE hour < '2021'`).pluck();
    t.same(hours.all(), [1], 'a removed group leaves no hours');
  },
);

t.test('hours are kept for 35 days, and the bars show the last 24', async (t) => {
  let now = new Date();
  const app = await startApp(t, { ...noop, now: () => now });
  await addError(app, { message: 'it broke' });
  const [hour] = (await list(app)).map(({ last_at }: { last_at: string }) => last_at.slice(0, 13));
  now = new Date(now.getTime() + 25 * 3_600_000);
  t.match(await list(app), [{ times: 1, times_24h: 0 }]);
  await save(app);
  const hours = app.ops.prepare('SELECT hour FROM error_hour').pluck();
  t.same(hours.all(), [hour]);
  now = new Date(now.getTime() + 35 * 24 * 3_600_000);
  await save(app);
  t.same(hours.all(), []);
  t.match(await list(app), [{ times: 1 }]);
});

t.test('a flood is counted within limits, and warnings are no part of it', async (t) => {
  const app = await startApp(t, noop);
  for (let at = 0; at < 1200; at++) logError(app, { message: 'it broke', code: `E${at}` });
  await save(app);
  t.equal(app.ops.prepare('SELECT count(*) FROM error_group').pluck().get(), 1000);
  t.match(app.use(errors).missedErrors(), { times: 200, at: Date });
  for (let at = 0; at < 2100; at++) logError(app, { message: `it broke ${at}`, code: 'E1' });
  for (let at = 0; at < 100; at++) app.log.warn({ event: 'x' }, 'a warning');
  await save(app);
  t.match(app.use(errors).missedErrors(), { times: 300 });
  t.match(await list(app, '?limit=1'), [{ code: 'E1', times: 2000 }]);
  const { html } = await app.page('/errors');
  t.match(html.querySelector('#error-list .card-foot')?.textContent, /300 errors were\s+not counted/);
});

t.test('while ops.db cannot be written, no more groups are held than are gathered at once', (t) => {
  const gathering = createGathering(() => new Date());
  const add = (code: string) =>
    gathering.add(() =>
      toSeen({
        source: 'server',
        code,
        place: '/',
        frame: null,
        message: 'it broke',
        text: '',
        at: new Date(),
      }),
    );
  for (let round = 0; round < 3; round++) {
    const taken = gathering.take();
    for (let at = 0; at < 600; at++) add(`E${round}-${at}`);
    add('E0-0');
    gathering.giveBack(taken);
  }
  t.match(gathering.missed(), { times: 800 });
  const groups = gathering.take();
  t.equal(groups.length, 1000);
  t.equal(groups.find(({ newest }) => newest.code === 'E0-0')?.times, 4);
  t.end();
});
