// Errors in groups: what is counted, what makes a group, and what people decide.
import '../support/plain-children.ts';
import path from 'node:path';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { errors } from '../../src/errors/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addError, logError } from '../support/errors.ts';
import { defineOperation } from '../support/operations.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const save = (app: TestApp) => app.use(errors).collector.runOnce();
const list = async (app: TestApp, query = '') => (await app.json(`/api/v1/errors${query}`)).body.items;

t.test(
  'a thousand errors that differ in port, id and path are one group; resolved, it comes back',
  async (t) => {
    const app = await startApp(t, noop);
    const message = (at: number) =>
      `connect ECONNREFUSED 127.0.0.1:${10_000 + at} for EXP-SQL-${at} of '/data/${at}/x.csv'`;
    for (let at = 0; at < 1000; at++)
      logError(app, {
        message: message(at),
        code: 'ECONNREFUSED',
        request_id: at.toString(16).padStart(8, '0'),
      });
    await save(app);
    const [group, ...others] = await list(app);
    t.same(others, []);
    t.match(group, {
      title: message(0),
      source: 'server',
      code: 'ECONNREFUSED',
      place: 'a test failed',
      frame: /^logError \(test\/support\/errors\)$/,
      line: 'connect ECONNREFUSED # for # of #',
      times: 1000,
      times_24h: 1000,
      state: 'open',
      came_back: false,
      is_new: false,
      is_since_success: false,
    });
    const { body: resolved } = await app.json(`/api/v1/errors/${group.id}/resolve`, {
      reason: 'the port is open',
    });
    t.match(resolved, { state: 'resolved', changed_by: String, resolved_version: group.first_version });
    t.match(await app.json(`/api/v1/errors/${group.id}/resolve`, {}), {
      status: 409,
      body: { error: { code: 'wrong_state' } },
    });
    logError(app, { message: message(7777), code: 'ECONNREFUSED' });
    await save(app);
    t.match(await list(app), [
      { id: group.id, times: 1001, state: 'open', came_back: true, came_back_at: String },
    ]);
    t.match(await list(app, '?state=back'), [{ id: group.id }]);
    const { body } = await app.json('/api/v1/audit?event=errors.resolve&outcome=ok');
    t.match(body.items, [
      {
        target: `error:${group.id}`,
        reason: 'the port is open',
        detail: { before: { state: 'open' }, after: { state: 'resolved' } },
      },
    ]);
  },
);

t.test('an error that was seen before the decision does not bring a group back', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  logError(app, { message: 'it broke' });
  await app.json(`/api/v1/errors/${id}/resolve`, {});
  await save(app);
  t.match(await list(app), [{ state: 'resolved', times: 2, came_back: false }]);
});

t.test('a muted group is counted and stays muted until it is opened', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  t.match((await app.json(`/api/v1/errors/${id}/mute`, {})).body, { state: 'muted' });
  await addError(app, { message: 'it broke' });
  t.match(await list(app, '?state=muted'), [{ state: 'muted', times: 2, came_back: false }]);
  t.same(await list(app, '?state=open'), []);
  t.match((await app.json(`/api/v1/errors/${id}/open`, {})).body, { state: 'open' });
});

t.test('different codes, routes, operations and places are different groups', async (t) => {
  const app = await startApp(t, noop);
  const logs = [
    { message: 'it broke', code: 'EIO' },
    { message: 'it broke', code: 'EPERM' },
    { message: 'it broke', code: 'EIO', route: '/jobs/:number' },
    { message: 'it broke', code: 'EIO', route: '/jobs' },
    { message: 'it broke', code: 'EIO', operation: 'import' },
    { message: 'it broke', code: 'EIO', what: 'another thing failed' },
  ];
  for (const given of [...logs, ...logs]) logError(app, given);
  await save(app);
  const groups = await list(app);
  t.equal(groups.length, logs.length);
  t.ok(groups.every(({ times }: { times: number }) => times === 2));
});

t.test('the code is that of the nearest cause, and warnings are no errors', async (t) => {
  const app = await startApp(t, noop);
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  app.log.error({ err: new TypeError('fetch failed', { cause }) }, 'a request to a service failed');
  app.log.error({ err: new RangeError('too far') }, 'a test failed');
  app.log.error({ err: 'only a text' }, 'a test failed');
  app.log.warn({ err: new Error('may happen') }, 'a test failed');
  app.log.error('without an error');
  await save(app);
  const codes = (await list(app)).map(({ code, title }: Record<string, string>) => `${code}: ${title}`);
  t.same(codes.sort(), [
    'ECONNREFUSED: fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    'Error: only a text',
    'RangeError: too far',
  ]);
});

t.test('a failed request is counted with its route, and leads to its log and back', async (t) => {
  const app = await startApp(t, noop);
  app.ops.exec('ALTER TABLE audit RENAME TO gone');
  const ids: string[] = [];
  for (const id of [12, 13]) {
    const { status, body } = await app.json(`/api/v1/audit/${id}`);
    t.equal(status, 500);
    ids.push(body.error.request_id);
  }
  app.ops.exec('ALTER TABLE gone RENAME TO audit');
  await save(app);
  const [group, ...others] = await list(app);
  t.same(others, []);
  t.match(group, {
    source: 'server',
    code: 'SQLITE_ERROR',
    place: '/api/v1/audit/:id',
    frame: /audit-repository/,
    title: 'no such table: audit',
    times: 2,
  });
  const { body } = await app.json(`/api/v1/errors/${group.id}`);
  t.same(body.sample.requests, ids);
  t.match(body.hours.at(-1), { times: 2 });
  t.equal(body.hours.length, 24);
  t.match(body.sample.text, /^request failed\nSqliteError: no such table/);
});

t.test('failed jobs are grouped by operation, code and place, each failure once', async (t) => {
  const catalogue = createCatalogue([
    defineOperation({ name: 'count', child: 'meets-a-bug' }),
    defineOperation({ name: 'sum', child: 'meets-a-bug' }),
    defineOperation({ name: 'give-up', child: 'exits-65' }),
    defineOperation({ name: 'works' }),
  ]);
  const app = await startApp(t, { catalogue });
  const first = await app.run('count', { text: 'a' });
  const second = await app.run('count', { text: '/data/b "c"' });
  await app.run('sum', { text: 'a' });
  await app.run('give-up');
  await app.run('works');
  await save(app);
  const groups = await list(app);
  const names = groups.map(({ place, code, times }: Record<string, string>) => `${place} ${code} ${times}`);
  t.same(names.sort(), ['count exited 2', 'give-up bad_input 1', 'sum exited 1']);
  const counted = groups.find(({ place }: { place: string }) => place === 'count');
  t.match(counted, {
    source: 'job',
    frame: 'sumUp (test/support/children/meets-a-bug)',
    is_since_success: false,
  });
  const { body } = await app.json(`/api/v1/errors/${counted.id}`);
  t.same(body.sample.jobs, [first.number, second.number]);
  t.match(body.sample.text, /at sumUp/);
});

t.test('a group that is new since the last success of its operation says so', async (t) => {
  const catalogue = createCatalogue([defineOperation({ name: 'other', child: 'fails' })]);
  const app = await startApp(t, { catalogue });
  const insert = (status: string, at: string) =>
    app.ops
      .prepare(
        `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at, started_at, finished_at)
         VALUES (?, 'other', ?, 'scripts', 'a', '{}', 1, ?, ?, ?)`,
      )
      .run(at, status, at, at, at);
  insert('succeeded', '2020-01-01T00:00:00.000Z');
  await app.run('other');
  await save(app);
  t.match(await list(app, '?state=since-success'), [{ place: 'other', is_since_success: true }]);
  insert('succeeded', new Date(Date.now() + 60_000).toISOString());
  app.bus.emit('job', { id: 'x', number: 99, operation: 'other', status: 'succeeded', request_id: null });
  t.same(await list(app, '?state=since-success'), []);
});

t.test('a group that no older version has seen is new, once another version has run', async (t) => {
  const app = await startApp(t, noop);
  await addError(app, { message: 'it broke' });
  t.match(await list(app), [{ is_new: false }]);
  t.same(await list(app, '?state=new'), []);
  app.ops.exec(
    `UPDATE server_start SET id = id + 1; INSERT INTO server_start (id, at, version, node, sqlite, mode, pid, config_sha256)
     SELECT 1, '2020-01-01T00:00:00.000Z', '0.0.1', node, sqlite, mode, pid, config_sha256 FROM server_start`,
  );
  t.match(await list(app, '?state=new'), [{ is_new: true }]);
});

t.test('what workers could not do is counted: failed entries, outages and lost workers', async (t) => {
  const app = await startApp(t, noop);
  await app.run('import');
  const rows = createWorkerRows(t, app);
  const since = new Date().toISOString();
  const outage = (port: number) => `connect ECONNREFUSED 127.0.0.1:${port}`;
  rows.add('w1', { outage_since: since, outage_error: outage(8001) });
  rows.add('w2', { outage_since: since, outage_error: outage(8002) });
  app.bus.emit('workers');
  await save(app);
  app.bus.emit('workers');
  await save(app);
  t.match(await list(app), [{ source: 'worker', place: 'embed', code: 'ECONNREFUSED', times: 2 }]);
  app.log.warn({ event: 'worker.lost', worker: 'w1', pid: 12, returned: 1 }, 'Its process has exited.');
  app.log.error({ event: 'worker.gave_up', worker: 'w2' }, 'w2 ended 5 times.');
  await save(app);
  const codes = (await list(app)).map(({ code }: { code: string }) => code);
  t.same(codes.sort(), ['ECONNREFUSED', 'worker_gave_up', 'worker_lost']);
});

t.test('an entry that failed for good is counted once, with the code in its message', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'scripts' } });
  await app.run('import');
  const { queue, bus } = app.parts;
  await queue.useModel({ name: 'm', dimension: 2 });
  for (let attempt = 1; attempt <= 3; attempt++) {
    const claims = await queue.claim({
      claimant: 'a',
      model: { name: 'm' },
      size: 2,
      leaseMs: 60_000,
      isUrgent: true,
    });
    await queue.fail(
      'a',
      claims,
      `The service answered HTTP 500 for ${claims[0]?.id} after ${attempt * 12} ms`,
    );
  }
  for (let look = 0; look < 2; look++) {
    bus.emit('library');
    await save(app);
  }
  const failed = (await queue.counts()).failed.total;
  t.ok(failed > 0);
  t.match(await list(app, '?source=worker'), [{ code: 'HTTP 500', place: 'embed', times: failed }]);
});

t.test('groups show no secret', async (t) => {
  const app = await startApp(t, {
    env: { CHL_OPERATIONS_MODE: 'noop', CHL_ACCESS_TOKEN: 'canary-4711-canary' },
  });
  const headers = { authorization: 'Bearer canary-4711-canary' };
  logError(app, { message: 'wrong key canary-4711-canary', what: 'canary-4711-canary failed' });
  await save(app);
  const { body } = await app.json('/api/v1/errors', undefined, headers);
  t.match(body.items[0].title, /^wrong key [^c]/);
  const stored = JSON.stringify(app.ops.prepare('SELECT * FROM error_group').all());
  t.notMatch(stored, 'canary-4711');
});

t.test('counts outlast a restart, and a stop writes what was gathered', async (t) => {
  const root = t.testdir();
  const first = await startApp(t, { ...noop, root });
  await addError(first, { message: 'it broke' });
  logError(first, { message: 'it broke' });
  await first.close();
  const second = await startApp(t, { ...noop, root });
  t.match(await list(second), [{ times: 2, state: 'open' }]);
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

t.test('the table keeps 5,000 groups, and removes the oldest resolved ones first', async (t) => {
  const app = await startApp(t, noop);
  const add = app.ops.prepare(`
    INSERT INTO error_group (fingerprint, title, source, code, place, line, first_at, last_at, times, first_version, state, sample)
    VALUES (?, 't', 'server', 'c', 'p', 'l', ?, ?, 1, '1', ?, '{"jobs":[],"requests":[]}')
  `);
  for (let at = 0; at < 5000; at++) {
    const time = new Date(1.7e12 + at).toISOString();
    add.run(String(at), time, time, at === 4000 ? 'resolved' : 'open');
  }
  app.ops.exec(`INSERT INTO error_hour VALUES (1, '2020-01-01T00', 1), (2, '2020-01-01T00', 1)`);
  const left = (fingerprint: string) =>
    app.ops.prepare('SELECT count(*) FROM error_group WHERE fingerprint = ?').pluck().get(fingerprint);
  await addError(app, { message: 'one' });
  t.same([left('4000'), left('0')], [0, 1]);
  await addError(app, { message: 'another' });
  t.same([left('0'), left('1')], [0, 1]);
  t.equal(app.ops.prepare('SELECT count(*) FROM error_group').pluck().get(), 5000);
  const hours = app.ops.prepare(`SELECT group_id FROM error_hour WHERE hour < '2021'`).pluck();
  t.same(hours.all(), [2], 'a removed group leaves no hours');
});

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

t.test('groups and hours are kept within limits, and nothing waits for them', async (t) => {
  const app = await startApp(t, noop);
  for (let at = 0; at < 1200; at++)
    logError(app, { message: `it broke ${'x'.repeat(at % 100)}`, code: `E${at}` });
  await save(app);
  t.equal(app.ops.prepare('SELECT count(*) FROM error_group').pluck().get(), 1000);
  t.match(app.use(errors).missedErrors(), { times: 200, at: Date });
});
