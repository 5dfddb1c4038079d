// log.db on the page of the databases, and the operation on it.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { logStore } from '../../src/log-store/feature.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const env = { CHL_SLOW_REQUEST_MS: '60000' };

t.test('the page and the API show the log with its limit, its lines and its last check', async (t) => {
  const app = await startApp(t, { env });
  const { logStore: store } = app.use(logStore);
  app.log.warn('a line');
  await store.ask('lineRange', { since: undefined });
  const text = async () => textOf((await app.page('/databases')).html, 'section[aria-labelledby=h-log]');
  t.match(await text(), /^Log log\.db .*Last check Never checked\. Limit 256 MiB Lines \d+ Oldest line \d/);
  t.match(
    textOf((await app.page('/storage')).html, 'main'),
    /library .*, ops .*, log [\d.]+ KiB\. Never checked: chl\.db and ops\.db/,
  );
  for (const action of ['check', 'analyze', 'reindex', 'vacuum']) {
    const job = await app.run('database', { database: 'log', do: action });
    t.match(job, { status: 'succeeded', result: { file: 'log.db' } }, action);
  }
  t.equal(app.ops.prepare('SELECT count(*) FROM maintenance_window').pluck().get(), 0, 'none opens a window');
  t.match(await text(), /Intact Nothing found\./);
  t.match(await text(), /As of job #4/);
  const { body } = await app.json('/api/v1/databases');
  t.match(body.items[2], {
    name: 'log',
    file: 'log.db',
    check: { outcome: 'passed' },
    log: { max_bytes: 256 * 1024 ** 2 },
  });
  t.match(body.items.slice(0, 2), [{ log: null }, { log: null }]);
  await store.tend();
  t.equal(store.state().remade, null, 'the work of another process is no damage');
  app.log.warn('after the work');
  const lines = await store.ask('linesOf', {
    filter: { words: ['line'] },
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    isUp: false,
    limit: 10,
  });
  t.ok(lines.some(({ text }) => text === 'a line'));
});

t.test('a check that finds damage says that the log is made again, which happens', async (t) => {
  const app = await startApp(t, { env });
  const { logStore: store } = app.use(logStore);
  for (let at = 0; at < 3000; at++) app.log.warn(`line ${at}`);
  await store.ask('lineRange', { since: undefined });
  await store.tend();
  const fd = fs.openSync(path.join(app.root, 'log.db'), 'r+');
  for (let page = 30; page < 60; page++) fs.writeSync(fd, Buffer.alloc(4096, 7), 0, 4096, page * 4096);
  fs.closeSync(fd);
  const job = await app.run('database', { database: 'log' });
  t.match(job, { status: 'failed' });
  t.match(
    job.failure?.message,
    /log\.db is damaged: .* cannot be read\. The server makes it again within seconds/,
  );
  await until(() => store.state().remade !== null);
  t.match(textOf((await app.page('/databases')).html, 'section[aria-labelledby=h-log]'), /Never checked/);
  t.match(await app.run('database', { database: 'log' }), { status: 'succeeded' });
  t.notMatch(textOf((await app.page('/checks')).html, 'main'), /last check of log\.db/);
});
