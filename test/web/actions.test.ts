// The inventory of actions: every route that changes something declares one, and leaves a row with its event.
import '../support/plain-children.ts';
import fastify from 'fastify';
import t from 'tap';
import { features } from '../../src/features.ts';
import type { Action } from '../../src/web/action.ts';
import { collectActions } from '../../src/web/declared-actions.ts';
import { actionRequests, unconfirmedRequests } from '../support/action-requests.ts';
import { startApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { collectRoutes, type Route } from '../support/routes.ts';
import { startIndexed } from '../support/uploads.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

type Field = { field: string };
type Row = { event: string; outcome: string; target: string; request_id: string | null; detail: string };

const isUnsafe = ({ method }: Route) => method !== 'GET' && method !== 'OPTIONS';
const nameOf = ({ method, url }: Route) => `${method} ${url}`;
const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('a route that changes something needs an action, or the server does not start', async (t) => {
  const create = () => ({});
  features.push({ name: 'planted', create, routes: (app) => void app.delete('/ui/planted', async () => '') });
  try {
    await t.rejects(startApp(t, noop), {
      message: /The route DELETE \/ui\/planted declares no `config.action`/,
    });
  } finally {
    features.pop();
  }
});

t.test('an action is the same on each of its routes', async (t) => {
  const app = fastify();
  collectActions(app);
  const action = { name: 'x.changed', role: 'operator', tier: 0, changes: 'jobs' } as const;
  app.post('/one', { config: { action } }, async () => '');
  for (const other of [{ role: 'admin' }, { tier: 1 }, { changes: 'queue' }] as const)
    t.throws(() => app.post('/other', { config: { action: { ...action, ...other } } }, async () => ''), {
      message: 'The route POST /other declares the action x.changed differently from another route.',
    });
  app.post('/same', { config: { action: { ...action, refused: 'x.refused' } } }, async () => '');
});

t.test('each route of an action leaves one row with its event and the id of its request', async (t) => {
  const routes = collectRoutes(t);
  const app = await startIndexed(t);
  const unsafe = routes.filter(isUnsafe);
  const actions = unsafe.map(({ config }) => config.action as Action);
  const audited = unsafe.filter(({ config }) => config.action?.changes !== 'browser').map(nameOf);
  t.strictSame(audited.sort(), Object.keys(actionRequests).sort(), 'the table has every route');
  const rows = createWorkerRows(t, app);
  const sender = { ...app, rows, headers: {} };
  for (const [name, request] of Object.entries(actionRequests)) {
    const event = unsafe.find((route) => nameOf(route) === name)?.config.action?.name;
    const before = readRows(rows).length;
    const { status } = await request(sender);
    t.ok(status < 400, `${name}: ${status}`);
    const left = readRows(rows)
      .slice(before)
      .filter((row) => row.event === event);
    t.match(left, [{ outcome: 'ok', request_id: /^[0-9a-f]{8}$/ }], name);
    t.equal(left.length, 1, name);
  }

  await t.test('an action of tier 2 needs a reason and the word', async (t) => {
    const names = actions.filter(({ tier }) => tier === 2).map(({ name }) => name);
    t.strictSame([...new Set(names)].sort(), Object.keys(unconfirmedRequests).sort(), 'each is tried');
    for (const [name, request] of Object.entries(unconfirmedRequests)) {
      const answer = await request(sender);
      t.equal(answer.status, 422, name);
      const { error } = (await answer.json()) as { error: { code: string; details: { problems: Field[] } } };
      t.equal(error.code, 'confirmation_required', name);
      const fields = error.details.problems.map(({ field }) => field);
      t.strictSame(fields, ['reason', 'confirm'], name);
    }
  });
});

t.test('every action answers each role as declared, and records its refusals', async (t) => {
  const routes = collectRoutes(t);
  const app = await startWithRoles(t);
  const unsafe = routes.filter(isUnsafe);
  t.ok(unsafe.length > 30);
  for (const { method, url, config } of unsafe) {
    const { role = 'admin' } = config.action ?? {};
    const ask = (sender: Parameters<typeof as>[0]) =>
      sendBroken(app.origin + url.replace(/:\w+/g, '99'), method, sender);
    const answers = await Promise.all((['nobody', 'viewer', 'operator', 'admin'] as const).map(ask));
    const wanted = {
      anyone: [false, false, false],
      viewer: [401, false, false],
      operator: [401, 403, false],
      admin: [401, 403, 403],
    };
    t.strictSame(answers, [...wanted[role], false], `${method} ${url}`);
  }
  const rows = readRows(createWorkerRows(t, app)).filter(({ outcome }) => outcome === 'refused');
  for (const {
    config: { action },
    ...route
  } of unsafe) {
    const event = action?.refused ?? action?.name;
    const codes = rows.filter((row) => row.event === event).map(({ detail }) => JSON.parse(detail).code);
    const isOpen = action?.role === 'anyone';
    t.equal(codes.includes('unauthorized'), !isOpen, `${route.url} has a row of who has no token`);
    t.equal(
      codes.includes('forbidden'),
      !isOpen && action?.role !== 'viewer',
      `${route.url} has a row of a viewer`,
    );
  }
});

/** Routes whose rows have the address as their target until the domain has read the request. */
const withoutTarget = {
  'DELETE /api/v1/sheets/:id': 'rows have the name of the file, which only the folder of uploads has',
};

t.test('a refusal has the target that the rows of the domain have', async (t) => {
  const routes = collectRoutes(t);
  const app = await startWithRoles(t);
  const rows = createWorkerRows(t, app);
  const named = routes.filter((route) => isUnsafe(route) && route.url.includes(':'));
  t.ok(named.length > 25);
  for (const route of named) {
    const request = `${route.method} ${route.url.replace(/:\w+/g, '99')}`;
    const before = readRows(rows).length;
    for (const sender of ['nobody', 'admin'] as const) await sendEmpty(app.origin, request, sender);
    const [early, late] = readRows(rows).slice(before);
    t.match(early, { outcome: 'refused' }, request);
    const isAddress = early?.target === request;
    t.equal(isAddress, nameOf(route) in withoutTarget, `${nameOf(route)} declares a target`);
    if (!isAddress) t.equal(JSON.parse(early?.detail ?? '').request, request);
    t.equal(late?.target, early?.target, `${request}: ${late?.event}`);
  }
});

/** A request that the domain reads, and refuses, because it knows no 99. */
async function sendEmpty(origin: string, request: string, sender: Parameters<typeof as>[0]) {
  const [method = '', address = ''] = request.split(' ');
  const isForm = address.startsWith('/ui/');
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const body = isForm ? 'for=1d' : JSON.stringify(bodies[request] ?? {});
  const headers = { ...as(sender), accept: 'application/json', 'content-type': type };
  await fetch(origin + address, { method, redirect: 'manual', headers, body });
}

/** What the schema of a body requires. */
const bodies: Record<string, object> = {
  'POST /api/v1/findings/99/mute': { for: '1d', reason: 'a test needs it' },
  'POST /api/v1/maintenance/99/extend': { minutes: 5 },
  'PUT /api/v1/schedules/99': { operation: 'none', cron: '0 3 * * *' },
  'PUT /api/v1/sources/99': { kind: 'song' },
};

/** 401 or 403, or false when the role passes: the body that nobody could read is then refused. */
async function sendBroken(address: string, method: string, sender: Parameters<typeof as>[0]) {
  const headers = { ...as(sender), accept: 'application/json', 'content-type': 'application/json' };
  const { status } = await fetch(address, { method, headers, body: '{' });
  return [401, 403].includes(status) && status;
}

function readRows({ ops }: ReturnType<typeof createWorkerRows>): Row[] {
  return ops
    .prepare('SELECT event, outcome, target, request_id, detail FROM audit ORDER BY id')
    .all() as Row[];
}
