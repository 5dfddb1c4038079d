import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { logSchemaVersion } from '../../src/log-store/schema-repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

const everything = { filter: {}, from: 0, to: Number.MAX_SAFE_INTEGER, isUp: true, limit: 1000 };
const noop = { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' };

async function start(t: Test, env = noop, root?: string) {
  const app = await startApp(t, { env, ...(root ? { root } : {}) });
  const { logStore: store } = app.use(logStore);
  const file = path.join(app.root, 'log.db');
  const read = async (filter = {}) => store.ask('linesOf', { ...everything, filter });
  const texts = async (filter = {}) => (await read(filter)).map(({ text }) => text);
  await store.tend();
  return { app, store, file, read, texts };
}

/** The titles of what the check of the store finds now. */
async function findings(app: TestApp) {
  await app.parts.checker.runOnce('log-store');
  return app.parts.findings
    .open()
    .filter(({ check_id }) => check_id === 'log-store')
    .map(({ title }) => title);
}

const lost = 'Earlier lines of the log are lost';

t.test('warnings, errors, events and the start of the server are in log.db', async (t) => {
  const { app, read, store } = await start(t);
  app.log.info('a plain line');
  app.log.warn('look here');
  await app.run('export');
  const lines = await read();
  const ofServer = lines.filter(({ fields }) => !String(fields.event).startsWith('action.'));
  t.match(ofServer[0], { level: 30, fields: { event: 'server.started', mode: 'noop' } });
  t.same(
    ofServer.slice(1).map(({ text }) => text),
    ['look here', 'job #1 queued', 'job #1 running', 'job #1 succeeded'],
  );
  t.match(ofServer.at(-1), { job: 1, level: 30, fields: { event: 'job.succeeded', operation: 'export' } });
  t.match(store.state(), { file: { lines: lines.length }, remade: null, problem: null });
  t.same(await findings(app), []);
});

t.test('actions, refusals and slow requests are kept; others are not', async (t) => {
  const { app, read } = await start(t);
  await app.page('/operations');
  await app.page('/no-such-page');
  await app.run('export');
  Object.assign(app.config, { slowRequestMs: 0 });
  await app.page('/jobs');
  const kept = (await read()).flatMap(({ route, fields: { event, status, method } }) =>
    /^(action|request)/.test(String(event)) ? [[event, method, route, status]] : [],
  );
  t.same(kept.slice(0, 2), [
    ['request.refused', 'GET', 'none', 404],
    ['action.job.accepted', 'POST', '/api/v1/operations/:operation', 202],
  ]);
  t.ok(kept.some(([event, , route]) => event === 'request.slow' && route === '/jobs'));
  t.notOk(kept.some(([, , route]) => route === '/operations'));
});

const breaks: Record<string, (file: string) => void> = {
  removed: (file) => fs.rmSync(file),
  'removed with its logs': (file) => {
    for (const name of ['', '-wal', '-shm']) fs.rmSync(file + name, { force: true });
  },
  'filled with junk': (file) => fs.writeFileSync(file, 'junk'.repeat(30_000)),
  'filled with junk in place': (file) => {
    const fd = fs.openSync(file, 'r+');
    fs.writeSync(fd, Buffer.alloc(fs.fstatSync(fd).size, 7));
    fs.closeSync(fd);
  },
  shortened: (file) => fs.truncateSync(file, 5000),
  emptied: (file) => fs.truncateSync(file, 0),
  replaced(file) {
    fs.rmSync(file);
    fs.writeFileSync(file, 'another file');
  },
  'of another schema'(file) {
    const other = openDatabase(file, { busyMs: 1000 });
    other.exec('DROP TABLE line; DROP TABLE span');
    other.close();
  },
};

t.test('a file that is lost while the server runs is made again, and that is said once', async (t) => {
  const { app, store, file, texts } = await start(t);
  for (const [at, [name, damage]] of Object.entries(breaks).entries()) {
    app.log.warn('before');
    t.ok((await texts()).includes('before'), name);
    const before = (await store.ask('lineRange', { since: undefined })).to;
    damage(file);
    app.log.warn('meanwhile');
    await store.tend();
    app.log.warn('after');
    const lines = await store.ask('linesOf', everything);
    t.match(store.state().remade?.reason, /^(was|had) /, name);
    t.equal(
      lines.filter(({ fields }) => fields.event === 'log.remade').length,
      1,
      `${name}: one line says so`,
    );
    t.ok(
      lines.some(({ text }) => text === 'after'),
      name,
    );
    t.notOk(
      lines.some(({ text }) => text === 'before'),
      name,
    );
    t.ok(
      lines.every(({ id }) => id >= before),
      `${name}: no id is used again`,
    );
    t.same(await findings(app), [lost], name);
    t.equal((await app.page('/activity')).status, 200);
    await store.tend();
    t.equal(store.state().file?.remade, at + 1, `${name}: only once`);
  }
});

t.test('a file of another version or with junk is made again at the start', async (t) => {
  const root = makeFolder(t);
  const file = path.join(root, 'log.db');
  fs.writeFileSync(file, 'junk'.repeat(1000));
  const first = await start(t, noop, root);
  t.match(first.store.state().remade, { reason: 'was damaged' });
  await first.app.close();
  const other = openDatabase(file, { busyMs: 1000 });
  other.pragma(`user_version = ${logSchemaVersion + 1}`);
  other.close();
  const second = await start(t, noop, root);
  t.match(second.store.state().remade, { reason: 'was of another version' });
  t.match(await second.texts(), [/has started/, /was of another version/]);
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
});

t.test('lines outlive the removal of the write-ahead log', async (t) => {
  const { app, store, file, texts } = await start(t);
  app.log.warn('before');
  t.ok((await texts()).includes('before'));
  fs.rmSync(`${file}-wal`);
  app.log.warn('after');
  t.ok((await texts()).includes('after'));
  await store.tend();
  // The files as a power cut would leave them.
  const copy = path.join(makeFolder(t), 'copy.db');
  for (const end of ['', '-wal']) if (fs.existsSync(file + end)) fs.copyFileSync(file + end, copy + end);
  const found = openDatabase(copy, { busyMs: 1000 });
  const kept = found.prepare('SELECT text FROM line').pluck().all();
  found.close();
  t.ok(kept.includes('before') && kept.includes('after'));
  t.equal(store.state().remade, null);
});

t.test('the database of another program is neither written nor removed', async (t) => {
  const root = makeFolder(t);
  const file = path.join(root, 'log.db');
  const theirs = path.join(root, 'theirs.db');
  const other = openDatabase(theirs, { busyMs: 1000 });
  other.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)');
  other.close();
  const bytes = fs.readFileSync(theirs);
  fs.copyFileSync(theirs, file);
  const { app, store } = await start(t, noop, root);
  await store.tend();
  t.match(store.state().problem?.text, /log\.db is a database of another program/);
  t.same(fs.readFileSync(file), bytes, 'at the start');
  fs.rmSync(file);
  await store.tend();
  t.equal(store.state().problem, null);
  fs.renameSync(theirs, file);
  app.log.warn('lost');
  await store.tend();
  t.match(store.state().problem?.text, /another program/);
  t.same(fs.readFileSync(file), bytes, 'while the server runs');
});

t.test('neither of the two databases may lie where the log is kept', async (t) => {
  for (const name of ['CHL_DATABASE_PATH', 'CHL_OPS_DATABASE_PATH']) {
    const root = makeFolder(t);
    const refused = start(t, { ...noop, [name]: path.join(root, 'log.db') }, root);
    await t.rejects(refused, {
      code: 'config',
      message: new RegExp(`^${name} is .*log[.]db, where the server keeps`),
    });
    t.notOk(fs.existsSync(path.join(root, 'log.db')));
  }
});

t.test('what was written before a stop is there after the next start', async (t) => {
  const root = makeFolder(t);
  const first = await start(t, noop, root);
  first.app.log.warn('last words');
  await first.app.close();
  const second = await start(t, noop, root);
  const texts = await second.texts();
  t.ok(texts.includes('last words'));
  t.equal(texts.filter((text) => /has started/.test(text)).length, 2);
  t.equal(second.store.state().remade, null);
});

t.test('while nothing can be written, lines are counted, and nothing else fails', async (t) => {
  const { app, store, file, texts } = await start(t);
  for (const name of ['', '-wal', '-shm']) fs.rmSync(file + name, { force: true });
  fs.mkdirSync(file);
  app.log.warn('lost');
  await store.tend();
  t.match(store.state().problem?.text, /log\.db is a folder, not a file/);
  t.same(await findings(app), ['The log is not kept']);
  t.match(await app.run('export'), { status: 'succeeded' });
  await t.rejects(store.ask('linesOf', everything), { code: 'temporary', message: /is a folder/ });
  t.ok(store.state().dropped.all.lines > 0, 'the line is counted');
  fs.rmdirSync(file);
  await store.tend();
  t.equal(store.state().problem, null);
  const bug = { ...everything, filter: { words: 5 } } as never;
  await t.rejects(store.ask('linesOf', bug), { name: 'TypeError' }, 'a bug is no fault of the file');
  await store.tend();
  const kept = await texts();
  t.ok(
    kept.some((text) => /^[\d,]+ lines?( and [\d,]+ measures? of requests)? (was|were) not kept$/.test(text)),
  );
  t.notOk(kept.includes('lost'));
});

t.test('a listener that fails keeps no later line from being written, and is said once', async (t) => {
  const { app, texts } = await start(t);
  let heard = 0;
  app.parts.bus.on('lines', () => {
    heard += 1;
    throw new Error('broken');
  });
  app.log.warn('first');
  await until(() => heard > 0);
  app.log.warn('second');
  await until(() => heard > 1);
  const kept = await texts();
  t.ok(kept.includes('first') && kept.includes('second'));
  t.equal(kept.filter((text) => /listener/.test(text)).length, 1);
});
