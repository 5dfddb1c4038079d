// The sources of errors: requests, jobs and workers.
import '../support/plain-children.ts';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { errors } from '../../src/errors/feature.ts';
import { schedules } from '../../src/schedules/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { defineOperation } from '../support/operations.ts';
import { until } from '../support/until.ts';
import { createWorkerRows } from '../support/worker-rows.ts';
import { makeFolder } from '../support/folder.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const save = (app: TestApp) => app.use(errors).collector.runOnce();
const list = async (app: TestApp, query = '') => (await app.json(`/api/v1/errors${query}`)).body.items;

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
  t.match(body.sample.text, /^SqliteError: no such table/);
});

t.test('an error beside the answer of a request has its route, too', async (t) => {
  const app = await startApp(t, noop);
  app.ops.exec('ALTER TABLE error_hour RENAME TO gone');
  await app.page('/ui/errors/changes');
  app.ops.exec('ALTER TABLE gone RENAME TO error_hour');
  await save(app);
  t.match(await list(app), [
    {
      place: '/ui/errors/changes',
      title: 'a card could not be loaded: no such table: error_hour',
      times: 1,
    },
  ]);
});

t.test(
  'an error of work that no request waits for has that work as its place, also in the log',
  async (t) => {
    const app = await startApp(t, noop);
    app.ops.exec('ALTER TABLE schedule RENAME TO gone');
    app.use(schedules).ticker.wake();
    await until(async () => {
      await save(app);
      return (await list(app)).length > 0;
    });
    app.ops.exec('ALTER TABLE gone RENAME TO schedule');
    t.match(await list(app), [
      { source: 'server', place: 'work: schedules', title: /^due times could not be decided: no such table/ },
    ]);
    const { body } = await app.json('/api/v1/log?text=%22work:%20schedules%22&level=error');
    const [line] = body.items;
    t.match(line, { route: 'work: schedules', text: /^due times could not be decided/ });
    t.notOk('work' in line.fields);
  },
);

t.test(
  'a request that the state of the server made fail is counted once, one refused by a rule is not',
  async (t) => {
    const app = await startApp(t, noop);
    const other = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 100 });
    t.teardown(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    const busy = await Promise.all([1, 2].map(() => app.json('/api/v1/operations/export', {})));
    other.exec('ROLLBACK');
    t.strictSame(
      busy.map(({ status }) => status),
      [503, 503],
    );
    const noWorkers = await app.json('/api/v1/workers/drain', { timeout_sec: 60 });
    t.match(noWorkers, { status: 503, body: { error: { code: 'no_workers' } } });
    const window = { level: 'read_only', minutes: 60, reason: 'a test needs it', confirm: 'maintenance' };
    t.match(await app.json('/api/v1/maintenance', window), { status: 201 });
    t.match(await app.json('/api/v1/operations/export', {}), {
      status: 503,
      body: { error: { code: 'maintenance' } },
    });
    await save(app);
    const answered = new Set(['busy', 'maintenance', 'no_workers']);
    const groups = (await list(app)).filter(({ code }: { code: string }) => answered.has(code));
    t.match(groups, [
      {
        source: 'server',
        code: 'busy',
        place: '/api/v1/operations/:operation',
        title: /ops\.db is locked by another program or a job\./,
        times: 2,
      },
    ]);
    const { body } = await app.json(`/api/v1/errors/${groups[0].id}`);
    t.strictSame(body.sample.requests.sort(), busy.map((answer) => answer.body.error.request_id).sort());
    const lines = await app.json(`/api/v1/log?request_id=${body.sample.requests[0]}&text=answered`);
    t.match(lines.body.items, [{ level: 'warn', fields: { code: 'busy', reason: /ops\.db is locked/ } }]);
  },
);

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
  const { html } = await app.page(`/jobs/${second.number}`);
  const link = html.querySelectorAll(`main a[href="/errors/${counted.id}"]`);
  t.same(
    link.map(({ text }) => text),
    ['Failures like this one: 2 times'],
  );
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

/** `tryAll` claims entries and fails them; after the third time they have failed for good. */
async function startEmbedding(t: Test) {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'scripts' } });
  await app.run('import');
  const { queue } = app.parts;
  await queue.useModel({ name: 'm', dimension: 2 });
  const model = { name: 'm' };
  return {
    app,
    async tryAll(attempt: number, meanwhile: () => void = () => {}) {
      const claims = await queue.claim({ claimant: 'a', model, size: 2, leaseMs: 60_000, isUrgent: true });
      meanwhile();
      const message = `The service answered HTTP 500 for ${claims[0]?.id} after ${attempt * 12} ms`;
      await queue.fail('a', claims, message);
    },
  };
}

t.test('an entry that fails while the workers are looked at is counted by the next look', async (t) => {
  const { app, tryAll } = await startEmbedding(t);
  await tryAll(1);
  await tryAll(2);
  await save(app);
  let looking: Promise<void> | undefined;
  await tryAll(3, () => {
    app.bus.emit('library');
    looking = save(app);
    app.bus.emit('library');
  });
  await looking;
  await save(app);
  t.match(await list(app, '?source=worker'), [{ code: 'HTTP 500' }]);
});

t.test('an entry that failed for good is counted once, with the code in its message', async (t) => {
  const { app, tryAll } = await startEmbedding(t);
  const { queue, bus } = app.parts;
  for (let attempt = 1; attempt <= 3; attempt++) await tryAll(attempt);
  for (let look = 0; look < 2; look++) {
    bus.emit('library');
    await save(app);
  }
  const failed = (await queue.counts()).failed.total;
  t.ok(failed > 0);
  t.match(await list(app, '?source=worker'), [{ code: 'HTTP 500', place: 'embed', times: failed }]);
});

t.test('a job that a crash of the server has ended is counted at the next start', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { ...noop, root });
  await first.close();
  const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 100 });
  const at = new Date().toISOString();
  ops
    .prepare(
      `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, max_attempts, created_at, started_at)
       VALUES ('lost', 'export', 'running', 'scripts', 'ada', '{}', 1, 1, ?, ?)`,
    )
    .run(at, at);
  ops.close();
  const second = await startApp(t, { ...noop, root });
  await save(second);
  t.match(await list(second), [{ source: 'job', code: 'lost', place: 'export', times: 1 }]);
  await second.close();
});

t.test(
  'a failure that the last server did not count, as it was killed, is counted at the next start',
  async (t) => {
    const root = makeFolder(t);
    const catalogue = createCatalogue([defineOperation({ name: 'other', child: 'fails' })]);
    const first = await startApp(t, { root, catalogue });
    const counted = await first.run('other');
    await save(first);
    const [{ id }] = await list(first);
    first.ops.exec(`UPDATE error_group SET state = 'resolved'`);
    await first.close();
    const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 100 });
    const copy = ops.prepare(`
    INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at, started_at, finished_at, failure)
    SELECT ?, operation, status, mode, requested_by, args, attempt, created_at, started_at, ?, failure FROM job WHERE number = ?
  `);
    copy.run('earlier', '2020-01-01T00:00:00.000Z', counted.number);
    copy.run('killed', new Date().toISOString(), counted.number);
    ops.close();
    for (let start = 0; start < 2; start++) {
      const next = await startApp(t, { root, catalogue });
      await save(next);
      t.match(await list(next), [{ id, state: 'open', times: 2 }], 'once');
      await next.close();
    }
  },
);

t.test('failures of before this program was used are not counted', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { ...noop, root });
  await first.close();
  const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 100 });
  const insert = ops.prepare(`
    INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at, finished_at, failure)
    VALUES (@at, 'export', 'failed', 'scripts', 'ada', '{}', 1, @at, @at, '{"code":"lost","message":"it was lost"}')
  `);
  insert.run({ at: '2020-01-01T00:00:00.000Z' });
  insert.run({ at: new Date().toISOString() });
  ops.close();
  const second = await startApp(t, { ...noop, root });
  await save(second);
  t.match(await list(second), [{ times: 1 }]);
  await second.close();
});
