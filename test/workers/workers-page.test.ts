// The workers on the page and in the API, with rows instead of processes, which have their own tests.
import { parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { card, fieldProblems, insideOf, textOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';
import { until } from '../support/until.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

async function startWithWorkers(t: Test, ...names: string[]) {
  const app = await startApp(t);
  const rows = createWorkerRows(t, app);
  for (const name of names) rows.add(name, { processed: 1204, speed_per_min: 30, rate_per_min: 30 });
  return { app, rows };
}

const workersPage = (app: TestApp) => app.page('/operations').then(({ html }) => textOf(html, card.workers));
const htmx = (app: TestApp) => ({ 'hx-request': 'true', 'hx-current-url': `${app.origin}/operations` });

/** Adds pending entries. */
function addEntries(t: Test, app: TestApp, count: number) {
  const at = new Date().toISOString();
  const library = openDatabase(app.parts.config.databasePath, { busyMs: 5000 });
  library.prepare('INSERT INTO categories VALUES (?, ?, NULL, ?)').run('GEN', 'General', at);
  const add = library.prepare(
    `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
     VALUES (?, 'GEN', 'useful', 'Title', 'Do it.', 'local', 1, ?, ?)`,
  );
  for (let number = 1; number <= count; number++) add.run(`EXP-${number}`, at, at);
  t.teardown(() => library.close());
  return library;
}

t.test(
  'without workers the card names the next step, and the verbs are refused with the same message',
  async (t) => {
    const { app } = await startWithWorkers(t);
    t.match(await workersPage(app), /No workers are registered.*npm run worker/);
    for (const verb of ['pause', 'resume', 'drain']) {
      const body = verb === 'drain' ? { timeout_sec: 300 } : {};
      const { status, body: answer, headers } = await app.json(`/api/v1/workers/${verb}`, body);
      t.equal(status, 503, verb);
      t.match(answer.error, { code: 'no_workers', message: /No workers are registered.*npm run worker/ });
      t.ok(headers.get('retry-after'));
    }
    t.same((await app.json('/api/v1/workers')).body.workers, []);
  },
);

t.test('with more than four workers, those that need nothing are rows of a table', async (t) => {
  const names = Array.from({ length: 12 }, (_, at) => `embed-${at + 1}`);
  const { app, rows } = await startWithWorkers(t, ...names.slice(0, 4));
  const shape = async () => {
    const { html } = await app.page('/operations');
    const within = (selector: string) => html.querySelectorAll(`${card.workers} ${selector}`);
    return { full: within('.worker').length, compact: within('.wk tbody tr').length, html };
  };
  t.match(await shape(), { full: 4, compact: 0 });
  for (const name of names.slice(4)) rows.add(name, { rate_per_min: 30 });
  t.match(await shape(), { full: 0, compact: 12 });
  await app.submit('/ui/workers/pause', { worker_id: 'embed-4' });
  rows.beat('embed-9', { outage_since: new Date().toISOString(), outage_error: 'no answer' });
  const { full, compact, html } = await shape();
  t.same({ full, compact }, { full: 2, compact: 10 });
  t.match(textOf(html, '#worker-embed-4'), /Paused Resume.*Paused by/);
  t.match(textOf(html, '#worker-embed-9'), /has not answered since/);
  t.match(textOf(html, '#worker-embed-12'), /^embed-12 Idle 30 0 Pause embed-12$/);
  await app.submit('/ui/workers/pause', {});
  t.match(await shape(), { full: 2, compact: 10 }, 'a pause of all concerns none in particular');
});

t.test('the card shows each worker, and pauses and resumes all or one', async (t) => {
  const { app, rows } = await startWithWorkers(t, 'embed-1', 'embed-2');
  t.match(
    await workersPage(app),
    /Workers 2 of 2 active Pause all .*embed-1 Idle Pause.*Processed 1,204.*30\/min/,
  );
  t.equal((await app.submit('/ui/workers/pause', { worker_id: 'embed-2' })).status, 303);
  t.match(await workersPage(app), /1 of 2 active.*embed-2 Paused Resume.*Paused by .* Idle/);
  const answer = await app.submit('/ui/workers/pause', {}, htmx(app));
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('hx-retarget'), card.workers);
  t.match(JSON.parse(answer.headers.get('hx-trigger') ?? ''), {
    'ops-refresh': true,
    'chl-notice': { tone: 'ok' },
  });
  const fragment = await answer.text();
  t.match(fragment, /0 of 2 active/);
  t.equal(fragment, (await app.page('/ui/operations/workers')).text, 'the answer is the partial');
  rows.beat('embed-1', {
    state: 'working',
    current_id: 'EXP-7',
    current_title: 'Tidy up',
    current_since: new Date().toISOString(),
  });
  t.match(await workersPage(app), /embed-1 Working.*Started .*: EXP-7 Tidy up/, 'it finishes its entry');
  t.equal((await app.submit('/ui/workers/resume', {})).status, 303);
  t.match(await workersPage(app), /2 of 2 active/);
});

t.test('paused workers with waiting entries are a problem that a restart does not hide', async (t) => {
  const { app } = await startWithWorkers(t, 'embed-1');
  const banners = async () => textOf((await app.page('/operations')).html, card.banners);
  const health = async () => (await app.json('/health')).body.components.workers;
  await app.json('/api/v1/workers/pause', {});
  t.notMatch(await banners(), /workers are paused/, 'nothing waits');
  addEntries(t, app, 3);
  await app.parts.checker.runOnce();
  t.match(await banners(), /Entries wait: the workers are paused .* Resume them on the Workers card/);
  t.match(await health(), { status: 'degraded', detail: 'Entries wait: the workers are paused.' });
  await app.json('/api/v1/workers/resume', {});
  await app.parts.checker.confirm();
  t.notMatch(await banners(), /workers are paused/);
});

t.test('in noop mode the refusal of a pause says that no workers run', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { status, body } = await app.json('/api/v1/workers/pause', {});
  t.equal(status, 503);
  t.match(body.error.message, /^Noop mode runs no workers/);
  t.match(textOf((await app.page('/operations')).html, card.banners), /cannot be paused or drained/);
});

t.test('a pause with a reason is shown with it, also without workers', async (t) => {
  const { app } = await startWithWorkers(t);
  await app.parts.workers.pause(undefined, systemRequester, 'The budget of <November> is used up.');
  t.match(
    await workersPage(app),
    /Resume all .*Paused by system since .*: The budget of <November> is used up\. No workers are registered/,
  );
  t.match((await app.json('/api/v1/workers')).body, {
    paused: true,
    paused_by: 'system',
    pause_reason: 'The budget of <November> is used up.',
  });
  t.equal((await app.submit('/ui/workers/resume', {})).status, 303);
  t.notMatch(await workersPage(app), /The budget/);
});

t.test('an unknown worker is 404, by API and page', async (t) => {
  const { app } = await startWithWorkers(t, 'embed-1');
  const { status, body } = await app.json('/api/v1/workers/pause', { worker_id: 'embed-9' });
  t.equal(status, 404);
  t.match(body.error, { code: 'not_found', message: 'There is no worker "embed-9". Known: embed-1.' });
  t.equal((await app.submit('/ui/workers/resume', { worker_id: 'x' })).status, 404);
  t.equal((await app.json('/api/v1/workers/pause', { name: 'embed-1' })).status, 422, 'unknown key');
});

t.test('page, partial and event are the same bytes while workers work', async (t) => {
  const { app, rows } = await startWithWorkers(t, 'embed-1', 'embed-2');
  rows.beat('embed-1', {
    state: 'working',
    current_id: 'EXP-7',
    current_title: 'a < b',
    current_since: new Date().toISOString(),
  });
  const { text: partial } = await app.page('/ui/operations/workers');
  rows.beat('embed-2', { processed: 0, rss_bytes: 99_000_000 });
  rows.beat('embed-2', { processed: 1204, speed_per_min: 30, rate_per_min: 30, rss_bytes: 99_000_000 });
  const { text: page } = await app.page('/operations');
  t.equal(insideOf(page, 'ops-workers-card'), partial, 'heartbeat and memory do not show');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?cycles=1&topics=workers');
  await stream.ended();
  t.equal(stream.events.find(({ event }) => event === 'workers')?.data, partial);
  t.notMatch(partial, / s ago/);
});

t.test('while all workers are paused the rate is 0, whatever was embedded just before', async (t) => {
  const { app } = await startWithWorkers(t, 'embed-1', 'embed-2');
  addEntries(t, app, 60);
  const queueCard = async () => textOf((await app.page('/operations')).html, card.queue);
  t.match(await queueCard(), /60\/min, clears in about 1 min/);
  t.match((await app.json('/api/v1/workers/pause', {})).body.workers, [
    { rate_per_min: 0 },
    { rate_per_min: 0 },
  ]);
  t.match(await queueCard(), /The workers are paused\. Resume them/);
  t.match((await app.json('/api/v1/queue')).body, { paused: true, rate_per_min: 0, eta_sec: null });
  t.match(await workersPage(app), /embed-1 Paused.*Rate 0\/min/);
});

t.test('a lost and a stalled worker show what happened and the next step', async (t) => {
  const { app, rows } = await startWithWorkers(t, 'embed-1', 'embed-2');
  rows.beat('embed-1', {
    state: 'working',
    current_id: 'EXP-7',
    current_title: 'Slow',
    current_since: '2026-01-01T00:00:00.000Z',
  });
  rows.ops
    .prepare(`UPDATE worker SET heartbeat_at = '2026-01-01T00:00:00.000Z' WHERE name = 'embed-2'`)
    .run();
  const stalled = new Promise<void>((resolve) => app.parts.bus.once('workers', resolve));
  await stalled;
  t.match(
    await workersPage(app),
    /embed-1 Stalled.*Embedding EXP-7 Slow.*without a result.*the worker stops and the entry is retried/,
  );
  t.match(
    await workersPage(app),
    /embed-2 Lost.*stopped sending heartbeats\. Process \d+ still exists: kill it.* Last heartbeat .*back in the queue/,
  );
  const { body } = await app.json('/health');
  for (const detail of [/embed-1 is stalled\./, /embed-2 is lost\./])
    t.match(body.components.workers, { status: 'degraded', detail });
});

t.test('the drain dialog forecasts, refuses a limit out of range, and starts the drain', async (t) => {
  const { app } = await startWithWorkers(t, 'embed-1', 'embed-2');
  addEntries(t, app, 60);
  const { html } = await app.page('/ui/workers/drain?timeout_sec=20');
  t.match(
    textOf(html, '#dialog-consequences'),
    /60 entries are waiting\. 20 s will likely leave about 40 entries\./,
  );
  t.equal(html.querySelector('input[name="timeout_sec"]')?.getAttribute('value'), '20');
  for (const bad of ['9', '3601', '', 'soon', '10.5']) {
    const answer = await app.submit('/ui/workers/drain', { timeout_sec: bad });
    t.equal(answer.status, 422, bad);
    t.match(fieldProblems(parse(await answer.text())).timeout_sec, /10 to 3600/, bad);
    const asked = await app.page(`/ui/workers/drain?timeout_sec=${bad}`);
    t.equal(asked.status, 422, bad);
  }
  for (const bad of [9, 3601, 10.5]) {
    t.match(await app.json('/api/v1/workers/drain', { timeout_sec: bad }), {
      status: 422,
      body: { error: { code: 'invalid_arguments', details: { problems: [{ field: 'timeout_sec' }] } } },
    });
  }
  const { status, body } = await app.json('/api/v1/workers/drain', { timeout_sec: 20 });
  t.equal(status, 202);
  t.match(body.drain, { timeout_sec: 20, forecast_left: 40, pending_before: 60, outcome: null });
  t.match(
    await workersPage(app),
    /0% · draining, ends .*60 entries left of 60 .*leave about 40 entries\. Then the workers are paused\. Cancel drain/,
  );
  t.equal((await app.json('/api/v1/workers/drain', { timeout_sec: 20 })).status, 409);
  t.equal((await app.submit('/ui/workers/drain', { timeout_sec: '20' })).status, 409);
  t.equal((await app.submit('/ui/workers/drain/cancel', {})).status, 303);
  t.notMatch(await workersPage(app), /Cancel drain/);
  t.equal((await app.json('/api/v1/workers/drain/cancel', {})).status, 409);
});

t.test('a timed-out drain shows how many entries are left until the workers resume', async (t) => {
  const { app, rows } = await startWithWorkers(t, 'embed-1');
  addEntries(t, app, 38);
  await app.json('/api/v1/workers/drain', { timeout_sec: 300 });
  rows.ops.prepare('UPDATE drain SET deadline_at = started_at').run();
  const { bus, workers } = app.parts;
  const ended = new Promise<void>((resolve) => {
    bus.on('workers', () => {
      rows.beat('embed-1', { state: 'paused' });
      if (workers.view().drain?.outcome) resolve();
    });
  });
  await ended;
  t.match(
    await workersPage(app),
    /timed out after 5 min 00 s: 38 entries are left\. They stay .* Drain again, or resume the workers\. embed-1/,
  );
  t.match((await app.json('/api/v1/workers')).body.drain, { outcome: 'timed_out', left: 38 });
  await app.json('/api/v1/workers/resume', {});
  t.notMatch(await workersPage(app), /timed out/);
});

t.test('the queue shows failed entries with their errors, and retries one or all', async (t) => {
  const { app } = await startWithWorkers(t, 'embed-1');
  const library = addEntries(t, app, 4);
  library.prepare(`UPDATE experiences SET embedding_status = 'failed' WHERE id <> 'EXP-4'`).run();
  const { html } = await app.page('/operations');
  t.match(textOf(html, card.queue), /1 waiting, 3 failed .*Retry 3 failed View failed entries Title EXP-/);
  const { body } = await app.json('/api/v1/queue');
  t.match(body, {
    pending: { total: 1 },
    failed: { total: 3 },
    rate_per_min: 30,
    paused: false,
    outage: null,
  });
  t.type(body.oldest_pending_sec, 'number');
  t.equal((await app.submit('/ui/queue/retry-failed', { entry: 'EXP-1' })).status, 303);
  t.equal((await app.json('/api/v1/queue')).body.failed.total, 2);
  t.same((await app.json('/api/v1/queue/retry-failed', { kind: 'manual' })).body, { retried: 0 });
  t.same((await app.json('/api/v1/queue/retry-failed', {})).body, { retried: 2 });
  t.equal((await app.json('/api/v1/queue/retry-failed', { kind: 'poem' })).status, 422);
  t.match(
    await app.page('/operations').then((page) => textOf(page.html, card.queue)),
    /4 waiting .*Failed 0/,
  );
});

t.test('a queue of remote workers is named without its password, with the next step', async (t) => {
  const queue = 'redis://:a-password-of-redis@127.0.0.1:9';
  const app = await startApp(t, { env: { CHL_EMBEDDING_QUEUE: queue, CHL_WORKERS: '0' } });
  const read = async () => (await app.json('/api/v1/workers')).body;
  const body = await until(read, ({ remote }) => remote.problem !== null);
  const { problem } = body.remote;
  t.match(problem, /redis:\/\/127\.0\.0\.1:9 cannot be used: nothing listens there\. Start Redis there/);
  const shown = await workersPage(app);
  t.match(
    shown,
    /Remote workers None connected\. Texts of entries leave this machine through redis:\/\/127\.0\.0\.1:9/,
  );
  t.match(shown, /nothing listens there/);
  t.match(body.remote, { queue: 'redis://127.0.0.1:9', hosts: [], problem });
  const embedder = textOf((await app.page('/settings/embedder')).html, '#embedder-card');
  t.match(embedder, /Remote workers embed: the texts of entries leave this machine/);
  t.notMatch(shown + JSON.stringify(body) + embedder, 'a-password-of-redis');
});
