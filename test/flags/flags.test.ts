// Flags through the API: reads, changes, refusals, audit, staleness.
import t from 'tap';
import { flags } from '../../src/flags/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';

const reason = 'a test needs it';
const env = { CHL_OPERATIONS_MODE: 'noop' };
const keys = ['live-updates', 'traces', 'auto-incidents', 'auto-repair', 'vector-recheck'] as const;

async function send(app: TestApp, method: string, key: string, body: object, headers = {}) {
  const answer = await fetch(`${app.origin}/api/v1/flags/${key}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text && JSON.parse(text), etag: answer.headers.get('etag') ?? '' };
}

const rowsOf = ({ ops }: TestApp) =>
  ops
    .prepare(
      `SELECT actor, outcome, target, reason, detail FROM audit WHERE event = 'flags.change' ORDER BY id`,
    )
    .all() as { outcome: string; detail: string }[];

t.test('a flag is changed, says who did it and why, and returns to its default', async (t) => {
  const app = await startApp(t, { env });
  let emitted = 0;
  app.bus.on('flags', () => (emitted += 1));
  const { body } = await app.json('/api/v1/flags');
  t.strictSame(
    body.items.map((one: { key: string }) => one.key),
    keys,
  );
  const { isOn } = app.use(flags);
  t.equal(isOn('auto-repair', '1'), false);
  const to = { is_on: true, percent: 100, note: 'after each import', reason };
  t.match(await send(app, 'PUT', 'auto-repair', to, { 'x-actor': 'ada' }), {
    status: 200,
    body: { key: 'auto-repair', is_on: true, percent: 100, note: 'after each import', changed_by: 'ada' },
  });
  t.equal(isOn('auto-repair', '1'), true, 'on the next use');
  // @ts-expect-error Only declared flags are read; any other one would be off for ever.
  t.equal(isOn('no-such-flag', '1'), false);
  t.match(await send(app, 'DELETE', 'auto-repair', { reason }), { status: 204, body: '' });
  t.equal(isOn('auto-repair', '1'), false);
  t.match((await app.json('/api/v1/flags/auto-repair')).body, { is_default: true, note: null });
  t.equal(emitted, 2);
  t.match(rowsOf(app), [
    {
      actor: 'ada',
      outcome: 'ok',
      target: 'flag:auto-repair',
      reason,
      detail: '{"before":null,"after":{"is_on":true,"percent":100,"note":"after each import"}}',
    },
    { detail: /"after":null/ },
  ]);
});

t.test('a change needs a reason, a note counts as one, and faults are refused', async (t) => {
  const app = await startApp(t, { env });
  const put = (key: string, body: object) => send(app, 'PUT', key, body);
  const unconfirmed = { status: 422, body: { error: { code: 'confirmation_required' } } };
  t.match(await put('traces', { is_on: true, percent: 20 }), unconfirmed);
  t.match(await put('traces', { is_on: true, percent: 20, reason: 'no' }), unconfirmed);
  t.match(await send(app, 'DELETE', 'traces', {}), unconfirmed);
  const noted = { is_on: true, percent: 20, note: 'hunting slow pages' };
  t.match(await put('traces', noted), { status: 200, body: { percent: 20, note: 'hunting slow pages' } });
  t.match(await put('traces', { is_on: true, percent: 21, reason }), { body: { note: reason } });
  for (const wrong of [{ percent: 101 }, { percent: 1.5 }, { is_on: 'yes' }, { colour: 1 }])
    t.match(await put('traces', { is_on: true, percent: 2, reason, ...wrong }), { status: 422 });
  const missing = { status: 404, body: { error: { code: 'not_found', message: /There is no flag "none"/ } } };
  t.match(await put('none', { is_on: true, percent: 2, reason }), missing);
  t.match(await send(app, 'DELETE', 'none', { reason }), missing);
  t.match(await app.json('/api/v1/flags/none'), missing);
  t.match(await app.json('/api/v1/flags/none/resolve?unit=1'), missing);
  t.match(await app.json('/api/v1/flags/traces/resolve'), { status: 422 });
  t.match((await app.json('/api/v1/flags/traces')).body, { percent: 21 });
  t.ok(rowsOf(app).filter(({ outcome }) => outcome === 'refused').length >= 7);
});

t.test('a program does not replace what it has not seen', async (t) => {
  const app = await startApp(t, { env });
  const { headers } = await app.json('/api/v1/flags/traces');
  const match = { 'if-match': headers.get('etag') ?? '' };
  const first = await send(app, 'PUT', 'traces', { is_on: true, percent: 20, reason }, match);
  t.equal(first.status, 200);
  const late = await send(app, 'PUT', 'traces', { is_on: true, percent: 30, reason }, match);
  t.match(late, { status: 409, body: { error: { code: 'edit_conflict' } } });
  const next = { 'if-match': first.etag };
  t.equal((await send(app, 'PUT', 'traces', { is_on: true, percent: 30, reason }, next)).status, 200);
});

t.test('an admin changes flags, others read them', async (t) => {
  const app = await startWithRoles(t);
  const to = { is_on: true, percent: 20, reason };
  t.equal((await send(app, 'PUT', 'traces', to, as('operator'))).status, 403);
  t.equal((await send(app, 'PUT', 'traces', to, as('admin'))).status, 200);
  t.match(await app.json('/api/v1/flags/traces', undefined, as('viewer')), { body: { changed_by: 'admin' } });
});

t.test('a flag is stale when it is unchanged at 0% or 100% for 90 days, or unread for 30', async (t) => {
  let now = new Date('2026-01-01T00:00:00Z');
  const app = await startApp(t, { env, now: () => now });
  const { isOn, settled } = app.use(flags);
  const read = async () => {
    for (const key of keys) isOn(key, 'x');
    await settled();
  };
  const stale = async () => {
    const { body } = await app.json('/api/v1/flags');
    const items = body.items as { key: string; is_stale: boolean; stale_because: string }[];
    return Object.fromEntries(items.flatMap((one) => (one.is_stale ? [[one.key, one.stale_because]] : [])));
  };
  await read();
  t.match((await app.json('/api/v1/flags/traces')).body, { read_at: '2026-01-01T00:00:00.000Z' });
  now = new Date('2026-01-01T00:59:00Z');
  await read();
  t.match((await app.json('/api/v1/flags/traces')).body, { read_at: '2026-01-01T00:00:00.000Z' });
  now = new Date('2026-01-01T01:00:00Z');
  await read();
  t.match((await app.json('/api/v1/flags/traces')).body, { read_at: now.toISOString() }, 'once an hour');
  now = new Date('2026-01-31T02:00:00Z');
  t.match(await stale(), Object.fromEntries(keys.map((key) => [key, 'not read for 30 days'])));
  await read();
  t.strictSame(await stale(), {});
  await send(app, 'PUT', 'auto-incidents', { is_on: false, percent: 50, reason });
  now = new Date('2026-04-01T02:00:00Z');
  await read();
  t.strictSame(await stale(), {
    'live-updates': 'unchanged for 90 days',
    'auto-repair': 'unchanged for 90 days',
    'vector-recheck': 'unchanged for 90 days',
  });
  await send(app, 'PUT', 'vector-recheck', { is_on: true, percent: 100, reason });
  await send(app, 'DELETE', 'vector-recheck', { reason });
  t.notMatch(await stale(), { 'vector-recheck': String }, 'its return to the default counts as a change');
});
