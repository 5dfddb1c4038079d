// Another program locks log.db: nothing waits for it, least of all a stop.
import { once } from 'node:events';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { AppError } from '../../src/core/errors.ts';
import { logStore } from '../../src/log-store/feature.ts';
import type { ThreadStart } from '../../src/log-store/protocol.ts';
import { createStoreState } from '../../src/log-store/store-state.ts';
import { createWriterThread } from '../../src/log-store/writer-thread.ts';
import { startApp } from '../support/app.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const everything = { filter: {}, from: 0, to: Number.MAX_SAFE_INTEGER, isUp: true, limit: 1000 };
/** SQLite's own wait was 5 s. */
const maxMs = 4000;
const env = { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' };
const pages = ['/log', '/requests', '/activity', '/databases', '/requests/kept'];
const threadFile = new URL('../../src/log-store/log-thread.js', import.meta.url);
const nothing = { lines: 0, measures: 0 };
const line = (msg: string) => JSON.stringify({ level: 40, time: 1, msg });

/** Opens it as another program does. */
function connectTo(t: Test, root: string): Db {
  const db = openDatabase(path.join(root, 'log.db'), { busyMs: 1000 });
  t.teardown(() => db.close());
  return db;
}

async function start(t: Test, root?: string) {
  const app = await startApp(t, { env, ...(root ? { root } : {}) });
  const { logStore: store } = app.use(logStore);
  const texts = async () => (await store.ask('linesOf', everything)).map(({ text }) => text);
  return { app, store, texts };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

t.test('while another program writes, questions are answered and lines wait', async (t) => {
  const { app, store, texts } = await start(t);
  app.log.warn('before');
  t.ok((await texts()).includes('before'));
  const other = connectTo(t, app.root);
  other.exec('BEGIN IMMEDIATE');
  app.log.warn('meanwhile');
  const ms = await timed(async () => {
    const read = await texts();
    t.ok(read.includes('before'));
    t.notOk(read.includes('meanwhile'));
  });
  t.ok(ms < maxMs, `a question takes ${ms} ms`);
  for (const page of pages) {
    const took = await timed(async () => t.equal((await app.page(page)).status, 200));
    t.ok(took < maxMs, `${page} takes ${took} ms`);
  }
  const tended = await timed(() => store.tend());
  t.ok(tended < maxMs, `a look at the file takes ${tended} ms`);
  t.equal(store.state().problem, null, 'a short lock is no finding');
  other.exec('ROLLBACK');
  await until(async () => (await texts()).includes('meanwhile'));
  t.equal(store.state().dropped.at, null);
});

t.test('a file that cannot be read now is said to be locked, and used when it is free', async (t) => {
  const root = makeFolder(t);
  await (await start(t, root)).app.close();
  const other = connectTo(t, root);
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE file SET made_at = made_at; COMMIT');
  const { app, store, texts } = await start(t, root);
  app.log.warn('meanwhile');
  const ms = await timed(() =>
    t.rejects(texts(), { code: 'busy', message: /^Another program has locked log.db/ }),
  );
  t.ok(ms < maxMs, `the refusal takes ${ms} ms`);
  t.match(await app.json('/api/v1/log'), { status: 503, body: { error: { code: 'busy' } } });
  for (const page of pages.slice(0, 4)) {
    const took = await timed(async () => t.equal((await app.page(page)).status, 200, page));
    t.ok(took < maxMs, `${page} takes ${took} ms`);
  }
  t.match((await app.page('/log')).text, /Another program has locked log\.db/);
  await store.tend();
  t.equal(store.state().problem, null);
  other.close();
  await until(async () => (await texts().catch((): string[] => [])).includes('meanwhile'));
  t.equal(store.state().remade, null);
});

/** A thread on its own, and a connection that holds the file's write lock. */
async function startThread(t: Test, more: Partial<ThreadStart> = {}) {
  const root = makeFolder(t);
  const thread = createWriterThread({
    file: threadFile,
    data: () => ({ file: path.join(root, 'log.db'), maxBytes: 1e9, busyMaxMs: 60_000, ...more }),
    now: () => new Date(),
    onCrash: (cause) => t.fail(cause.message),
  });
  t.teardown(() => thread.close());
  await thread.ask('write', { lines: [line('before')] });
  const other = connectTo(t, root);
  other.exec('BEGIN IMMEDIATE');
  return { thread, other };
}

t.test('lines that wait too long are refused; those after them are written in order', async (t) => {
  const { thread, other } = await startThread(t, { busyMaxMs: 300 });
  await t.rejects(thread.ask('write', { lines: [line('too late')] }), { code: 'busy' });
  const writes = ['one', 'two'].map((text) => thread.ask('write', { lines: [line(text)] }));
  await thread.ask('ask', { name: 'lineRange', given: { since: undefined } });
  other.exec('ROLLBACK');
  await Promise.all(writes);
  t.strictSame(other.prepare('SELECT text FROM line ORDER BY id').pluck().all(), ['before', 'one', 'two']);
});

t.test('the thread ends at once although lines wait, and closes the file itself', async (t) => {
  const { thread, other } = await startThread(t);
  const refused = t.rejects(thread.ask('write', { lines: [line('waits')] }), { code: 'stopping' });
  await thread.ask('ask', { name: 'lineRange', given: { since: undefined } });
  const ms = await timed(() => thread.close());
  t.ok(ms < maxMs, `it takes ${ms} ms`);
  await refused;
  other.exec('ROLLBACK');
  t.equal(other.pragma('locking_mode = EXCLUSIVE', { simple: true }), 'exclusive');
  other.exec('BEGIN EXCLUSIVE; COMMIT');
});

t.test('only a lock that lasts is a problem', (t) => {
  let at = new Date('2026-11-22T14:00:00.000Z');
  const said: string[] = [];
  const log = { error: (_fields: object, text: string) => said.push(text), warn: () => {} };
  const state = createStoreState({
    bus: { emit: () => {} } as never,
    log: log as never,
    now: () => at,
    dropped: () => ({ all: nothing, latest: nothing, at: null }),
  });
  const busy = new AppError('busy', 'Another program has locked log.db.');
  state.noteUntended(busy);
  t.equal(state.read().problem, null);
  at = new Date(at.getTime() + 9000);
  state.noteUntended(busy);
  t.equal(state.read().problem, null);
  at = new Date(at.getTime() + 1000);
  state.noteUntended(busy);
  t.match(state.read().problem?.text, /^Another program has kept log\.db locked for 10 seconds or longer/);
  state.noteUntended(busy);
  t.equal(said.length, 1, 'it is said once');
  state.noteTended({ newest_id: 0, remade: 0 } as never);
  state.noteUntended(busy);
  t.equal(state.read().problem, null, 'the time begins anew');
  state.noteFailed(busy);
  t.match(state.read().problem?.text, /^Another program/, 'lines that were dropped are one at once');
  t.end();
});

t.test('a server stops with exit code 0 while another program writes log.db', async (t) => {
  const root = makeFolder(t, { data: {} });
  const { child, url } = await startServer(t, root);
  t.equal((await fetch(`${url}/log`)).status, 200);
  const other = connectTo(t, path.join(root, 'data'));
  other.exec('BEGIN IMMEDIATE');
  await fetch(`${url}/no-such-page`);
  t.equal((await fetch(`${url}/log`)).status, 200);
  const ms = await timed(async () => {
    child.kill('SIGTERM');
    t.strictSame(await once(child, 'exit'), [0, null]);
  });
  t.ok(ms < 5000, `the stop takes ${ms} ms`);
});
