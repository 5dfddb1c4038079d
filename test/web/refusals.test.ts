// Every refused request that would have changed something leaves one audit row, whichever route refuses it and why.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { collectRoutes, type Route } from '../support/routes.ts';
import { openDatabase } from '../../src/core/db/open.ts';

type Row = { event: string; outcome: string; request_id: string; detail: string };

const noop = { CHL_OPERATIONS_MODE: 'noop' };
/** Each code has at most twenty rows a minute. */
const routesPerServer = 20;

function readRows(app: TestApp): Row[] {
  const ops = openDatabase(app.parts.config.opsDatabasePath, { busyMs: 1000, readonly: true });
  const rows = ops
    .prepare(`SELECT event, outcome, request_id, detail FROM audit WHERE outcome = 'refused'`)
    .all();
  ops.close();
  return rows as Row[];
}

/** The answer of a program, and the rows of its request. */
async function ask(app: TestApp, address: string, init: RequestInit) {
  const headers = { accept: 'application/json', ...(init.headers as Record<string, string>) };
  const before = readRows(app).length;
  const answer = await fetch(app.origin + address, { ...init, headers, redirect: 'manual' });
  await answer.arrayBuffer();
  return { status: answer.status, rows: readRows(app).slice(before) };
}

const json = { 'content-type': 'application/json' };
const requests: [string, number, (method: string) => RequestInit][] = [
  ['a body that is not JSON', 400, (method) => ({ method, headers: json, body: '{"args": ' })],
  [
    'a body of another type',
    415,
    (method) => ({ method, headers: { 'content-type': 'text/xml' }, body: '<a/>' }),
  ],
  [
    'a body that is too large',
    413,
    (method) => ({ method, headers: json, body: `"${'x'.repeat(1_100_000)}"` }),
  ],
  ['another method', 405, () => ({ method: 'PATCH' })],
];

t.test('every route that changes something', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, { env: noop });
  const unsafe = routes.filter(({ method }) => method !== 'GET' && method !== 'OPTIONS');
  t.ok(unsafe.length > 20, `${unsafe.length}`);
  for (let from = 0; from < unsafe.length; from += routesPerServer) {
    const app = await startApp(t, { env: noop });
    for (const route of unsafe.slice(from, from + routesPerServer))
      await t.test(nameOf(route), (t) => tryAll(t, app, route));
  }
});

const nameOf = ({ method, url }: Route) => `${method} ${url}`;

async function tryAll(t: Test, app: TestApp, { method, url, config: { action } }: Route) {
  for (const [what, wanted, request] of requests) {
    const { status, rows } = await ask(app, url.replace(/:\w+/g, '99'), request(method));
    // An upload takes only forms, of any size.
    if (!(status === 415 && /snapshot$|upload$/.test(url))) t.equal(status, wanted, what);
    const event = status === 405 ? 'request.refused' : (action?.refused ?? action?.name);
    t.match(rows, [{ event, outcome: 'refused' }], what);
    t.equal(rows.length, 1, what);
  }
}

t.test('what a route refuses by itself', async (t) => {
  const app = await startApp(t, { env: noop });
  await app.run('import');
  addCategory(app.library, 'GEN');
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
  const body = (value: unknown) => ({ method: 'POST', headers: json, body: JSON.stringify(value) });
  const confirmed = { reason: 'a good one', confirm: 'import' };
  for (const [address, init, status, detail] of [
    ['/api/v1/operations/nothing', body({}), 404, /nothing/],
    ['/ui/operations/run/nothing', form({}), 404, /nothing/],
    ['/api/v1/operations/import', body({ colour: 1 }), 422, /colour/],
    ['/api/v1/operations/import', body({ args: { colour: 1 } }), 422, /colour/],
    ['/api/v1/operations/import', body({ args: {} }), 422, /confirmation_required/],
    ['/api/v1/operations/import', body([]), 422, /invalid_arguments/],
    ['/api/v1/operations/import', body({ args: { plan: 'x' }, ...confirmed }), 409, /plan/],
    ['/ui/operations/run/import', form({ mode: 'sideways' }), 422, /Mode/],
    ['/api/v1/operations/jobs/99/cancel', body({}), 404, /99/],
    ['/api/v1/operations/jobs/1/cancel', body({}), 409, /not_cancellable/],
    ['/api/v1/operations/jobs/1/retry', body(confirmed), 409, /not_retryable/],
    ['/api/v1/operations/jobs/99', { method: 'DELETE' }, 404, /99/],
    ['/ui/jobs/99/cancel', form({}), 404, /99/],
    ['/ui/jobs/99/retry', form({}), 404, /99/],
    ['/ui/jobs/99/remove', form({}), 404, /99/],
    ['/ui/jobs/bulk', form({ action: 'dance' }), 400, /Choose what to do/],
    ['/ui/jobs/bulk', form({ action: 'retry' }), 400, /No job is selected/],
    ['/ui/jobs/bulk', form({ action: 'retry', scope: 'all', q: 'since:never' }), 422, /since/],
    ['/ui/workers/pause', form({}), 503, /no_workers/],
    ['/ui/workers/drain', form({ timeout_sec: '1' }), 422, /The time limit must be/],
    ['/ui/workers/drain/cancel', form({}), 409, /no_drain/],
    ['/api/v1/workers/pause', body({ worker: 'x' }), 422, /worker/],
    ['/api/v1/queue/retry-failed', body({ kind: 'song' }), 422, /kind/],
    ['/api/v1/index/snapshot/discard', body({ staged_id: 'gone' }), 404, /not_found.*no longer staged/],
    ['/api/v1/nothing', body({}), 404, /no such route/],
    ['/library', form({}), 405, /method_not_allowed/],
  ] as [string, RequestInit, number, RegExp][]) {
    const what = `${init.method} ${address} ${init.body ?? ''}`;
    const answer = await ask(app, address, init);
    t.equal(answer.status, status, what);
    t.equal(answer.rows.length, 1, what);
    t.match(answer.rows, [{ outcome: 'refused', detail }], what);
  }
});

t.test('a bulk action that is not confirmed with its number', async (t) => {
  const app = await startApp(t, { env: noop });
  const { repository } = app.parts;
  for (let at = 0; at < 51; at += 1) endJob(repository, insertJob(repository), 'failed');
  const numbers = Array.from({ length: 51 }, (_, at) => at + 1).join();
  const fields = { action: 'remove', numbers, confirm: '50' };
  const { status, rows } = await ask(app, '/ui/jobs/bulk', {
    method: 'POST',
    body: new URLSearchParams(fields),
  });
  t.equal(status, 422);
  t.match(rows, [{ event: 'jobs.bulk', detail: /confirmation_required.*Type 51 to confirm/ }]);
});

t.test('a read that is refused, and a request that is not, leave none', async (t) => {
  const app = await startApp(t, { env: noop });
  t.match(await ask(app, '/api/v1/operations/jobs/99', {}), { status: 404, rows: [] });
  t.match(await ask(app, '/ui/theme', { method: 'POST', body: new URLSearchParams({ theme: 'dark' }) }), {
    status: 303,
    rows: [],
  });
});
