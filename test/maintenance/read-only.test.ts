// Read-only maintenance: every route that changes something is refused, before its body is read, but four actions.
import '../support/plain-children.ts';
import { once } from 'node:events';
import http from 'node:http';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { insertJob } from '../support/job-repository.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { collectRoutes, type Route } from '../support/routes.ts';
import { startServer } from '../support/server.ts';
import { makeFolder } from '../support/folder.ts';

type Row = { event: string; outcome: string; request_id: string | null; detail: string };

const exempt = [
  'POST /sign-in',
  'POST /sign-out',
  'POST /api/v1/operations/jobs/:id/cancel',
  'POST /ui/jobs/:number/cancel',
];
/** Their names, which other helpers' routes declare. */
const exemptActions = [
  'access.sign_in',
  'access.sign_out',
  'job.cancel',
  'maintenance.ended',
  'maintenance.extended',
];
const wanted = { level: 'read_only', reason: 'the disk is moved', confirm: 'maintenance', minutes: 60 };
const isUnsafe = ({ method }: Route) => method !== 'GET' && method !== 'OPTIONS';
const nameOf = ({ method, url }: Route) => `${method} ${url}`;

/** A server whose clock the test moves. */
async function startAt(t: Parameters<typeof startApp>[0], at: string, root?: string) {
  const clock = { at: Date.parse(at) };
  const env = { CHL_OPERATIONS_MODE: 'noop' };
  const app = await startApp(t, { env, now: () => new Date(clock.at), ...(root ? { root } : {}) });
  const pass = (minutes: number) => {
    clock.at += minutes * 60_000;
  };
  return { app, clock, pass };
}

function ask({ origin }: { origin: string }, { method, url }: Route, headers: Record<string, string> = {}) {
  const address = origin + url.replace(/:\w+/g, '99');
  const json = { accept: 'application/json', 'content-type': 'application/json' };
  return fetch(address, { method, headers: { ...json, ...headers }, body: '{' });
}

async function codeOf(answer: Response) {
  return ((await answer.json()) as { error: { code: string } }).error.code;
}

t.test('every unsafe route is refused but the exempt ones, each with one row', async (t) => {
  const routes = collectRoutes(t);
  const { app, pass } = await startAt(t, '2026-11-29T10:00:00Z');
  const unsafe = routes.filter(isUnsafe);
  t.ok(unsafe.length > 50);
  const { windows, windowClock } = app.parts;
  const { id } = await windows.start({ ...wanted, minutes: 24 * 60 }, systemRequester);
  const refused = unsafe.filter(({ config }) => !exemptActions.includes(config.action?.name ?? ''));
  for (const route of refused) {
    // At most twenty rows a minute are kept for one event.
    pass(1);
    const before = readRows(app).length;
    const answer = await ask(app, route);
    t.equal(answer.status, 503, nameOf(route));
    t.match(answer.headers.get('retry-after'), /^\d{4,5}$/, nameOf(route));
    t.match(await answer.json(), {
      error: { code: 'maintenance', details: { window: id, level: 'read_only', reason: wanted.reason } },
    });
    const { action } = route.config;
    const left = readRows(app).slice(before);
    t.equal(left.length, 1, nameOf(route));
    t.match(left, [
      { event: action?.refused ?? action?.name, outcome: 'refused', detail: /"code":"maintenance"/ },
    ]);
  }
  t.strictSame(
    unsafe
      .map(nameOf)
      .filter((name) => exempt.includes(name))
      .sort(),
    [...exempt].sort(),
    'the exempt routes are there',
  );
  for (const route of unsafe.filter((one) => !refused.includes(one))) {
    const answer = await ask(app, route);
    t.not(answer.status, 503, `${nameOf(route)} is possible`);
  }

  await t.test('a job can be cancelled, and pages can be read', async (t) => {
    const { number } = insertJob(app.parts.repository);
    const answer = await fetch(`${app.origin}/api/v1/operations/jobs/${number}/cancel`, { method: 'POST' });
    t.equal(answer.status, 202);
    t.equal(app.parts.repository.find(String(number))?.status, 'cancelled');
    t.equal((await app.page('/operations')).status, 200);
  });

  await t.test('with the clock past its end every route works again', async (t) => {
    pass(24 * 60);
    for (const route of refused) t.not(await codeOf(await ask(app, route)), 'maintenance', nameOf(route));
    await windowClock.runOnce();
    const window = windows.find(id);
    t.match(window, { ended_by: 'system', ended_at: window.ends_at });
  });
});

t.test('a read-only window lasts over a kill of the server, and ends as of its end', async (t) => {
  const first = await startAt(t, '2026-11-29T10:00:00Z');
  const { id } = await first.app.parts.windows.start(wanted, systemRequester);
  // A killed server leaves its lock file, which would name a process that is gone.
  const root = first.app.root;
  await first.app.close();
  const routes = collectRoutes(t);
  const second = await startAt(t, '2026-11-29T10:30:00Z', root);
  const [route] = routes.filter(({ url }) => url === '/api/v1/workers/pause');
  t.ok(route);
  if (!route) return;
  const answer = await ask(second.app, route);
  t.equal(answer.status, 503);
  t.equal(answer.headers.get('retry-after'), '1800');
  second.pass(30);
  t.not(await codeOf(await ask(second.app, route)), 'maintenance');
  await second.app.parts.windowClock.runOnce();
  t.match(second.app.parts.windows.find(id), { ended_at: '2026-11-29T11:00:00.000Z', ended_by: 'system' });
});

t.test('every unsafe route is refused after kill -9 within the window', async (t) => {
  const routes = collectRoutes(t);
  await startAt(t, '2026-11-29T10:00:00Z');
  const root = makeFolder(t);
  const first = await startServer(t, root);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const started = await fetch(`${first.url}/api/v1/maintenance`, {
    ...init,
    body: JSON.stringify(wanted),
  });
  t.equal(started.status, 201);
  const { id } = (await started.json()) as { id: number };
  first.child.kill('SIGKILL');
  await new Promise((resolve) => first.child.once('close', resolve));
  const second = await startServer(t, root);
  const refused = routes.filter(
    (route) => isUnsafe(route) && !exemptActions.includes(route.config.action?.name ?? ''),
  );
  for (const route of refused) t.equal((await ask({ origin: second.url }, route)).status, 503, nameOf(route));
  const ended = await fetch(`${second.url}/api/v1/maintenance/${id}/end`, { ...init, body: '{}' });
  t.equal(ended.status, 200);
  t.not((await ask({ origin: second.url }, refused[0] as Route)).status, 503);
});

t.test('only an admin with a token passes a read-only window, for one request', async (t) => {
  const open = await startAt(t, '2026-11-29T10:00:00Z');
  const routes = collectRoutes(t);
  const app = await startWithRoles(t);
  const [route] = routes.filter(({ url }) => url === '/api/v1/checks/run');
  t.ok(route);
  if (!route) return;
  const override = (text: string) => ({ 'x-maintenance-override': text });
  await open.app.parts.windows.start(wanted, systemRequester);
  t.equal((await ask(open.app, route, override('the%20disk%20is%20full'))).status, 503, 'without tokens');
  const { id } = await app.parts.windows.start(wanted, systemRequester);
  t.equal((await ask(app, route, { ...as('admin') })).status, 503, 'no header');
  t.equal(
    (await ask(app, route, { ...as('operator'), ...override('the%20disk%20is%20full') })).status,
    503,
    'an operator',
  );
  const tooLong = 'a'.repeat(201);
  for (const text of [
    'abc',
    '%E4%BD',
    '%20%20%20%20%20%20',
    tooLong,
    'the disk is v\u00f6ll',
    'a%00bcdef',
    'abcdef%0Ag',
    '%E2%80%8B'.repeat(6),
    'abcdef%E2%80%AEg',
  ]) {
    const answer = await ask(app, route, { ...as('admin'), ...override(text) });
    t.equal(answer.status, 422, text);
    const problems = [{ field: 'X-Maintenance-Override', message: /^X-Maintenance-Override/ }];
    t.match(await answer.json(), { error: { details: { problems } } });
  }
  t.equal(await askTwice(app, route), 422, 'two headers');
  const passed = await fetch(`${app.origin}/api/v1/checks/run`, {
    method: 'POST',
    headers: {
      ...as('admin'),
      ...override(encodeURIComponent('磁盘已满，请修复')),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ check: 'disk-space' }),
  });
  t.equal(passed.status, 200);
  const row = readRows(app).find(({ event }) => event === 'maintenance.overridden');
  t.match(row, { outcome: 'ok', reason: '磁盘已满，请修复', target: `window:${id}`, actor: 'admin' });
  t.equal((await ask(app, route, { ...as('admin') })).status, 503, 'the next request');
});

/** Its status with the header sent twice, which `fetch` cannot. */
async function askTwice({ origin }: { origin: string }, { method, url }: Route): Promise<number | undefined> {
  const request = http.request(origin + url, { method, headers: as('admin') });
  request.setHeader('x-maintenance-override', ['the%20disk%20is%20full', 'it%20is%20really%20full']);
  request.end();
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

function readRows({ ops }: TestApp): Row[] {
  return ops.prepare('SELECT * FROM audit ORDER BY id').all() as Row[];
}
