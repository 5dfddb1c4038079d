import t from 'tap';
import { access } from '../../../src/access/feature.ts';
import type { Authenticate } from '../../../src/core/identity.ts';
import type { Role } from '../../../src/core/role.ts';
import { startApp, untilStreams } from '../../support/app.ts';
import { openStream } from '../../support/stream.ts';

const cycles = '/ui/stream/telemetry?topics=queue&cycles=';
const path = '/ui/stream/telemetry';
const env = { CHL_OPERATIONS_MODE: 'noop' };

t.test('a browser has at most 20 streams, and closing one makes room for another', async (t) => {
  const app = await startApp(t, { env });
  const open = (cookie?: string) => openStream(app.origin, path, cookie ? { cookie } : {});
  const mine = await Promise.all(Array.from({ length: 20 }, () => open('chl_client=mine')));
  t.ok(
    mine.every(({ status }) => status === 200),
    'twenty',
  );

  const refused = await fetch(app.origin + path, {
    headers: { cookie: 'chl_client=mine', accept: 'application/json' },
  });
  t.equal(refused.status, 503);
  t.ok(refused.headers.get('retry-after'));
  t.match(await refused.json(), {
    error: {
      code: 'too_many_streams',
      message: /20 .*one browser \(CHL_MAX_STREAMS_PER_CLIENT\).*close other/,
    },
  });

  const others = await Promise.all([open('chl_client=other'), ...Array.from({ length: 21 }, () => open())]);
  t.ok(
    others.every(({ status }) => status === 200),
    'another browser, and programs without a cookie',
  );

  mine[0]?.close();
  await untilStreams(app, 41);
  const again = await open('chl_client=mine');
  t.equal(again.status, 200, 'after closing one');
  for (const stream of [...mine, ...others, again]) stream.close();
});

t.test('streams of all browsers count towards the total', async (t) => {
  const app = await startApp(t, { env: { ...env, CHL_MAX_STREAMS: '1' } });
  const one = await openStream(app.origin, path, { cookie: 'chl_client=mine' });
  const refused = await openStream(app.origin, path, { cookie: 'chl_client=other' });
  t.equal(refused.status, 503);
  for (const stream of [one, refused]) stream.close();
});

t.test('a page names the browser once; a card does not', async (t) => {
  const app = await startApp(t, { env });
  const namedBy = async (target: string, headers: Record<string, string> = {}) =>
    (await fetch(app.origin + target, { headers })).headers
      .getSetCookie()
      .find((one) => one.startsWith('chl_client='));
  const cookie = (await namedBy('/operations')) ?? '';
  t.match(cookie, /^chl_client=[\w-]{36}; Path=\/; HttpOnly; SameSite=Lax$/);
  t.not(await namedBy('/operations'), cookie, 'random');
  t.equal(await namedBy('/jobs', { cookie: cookie.split(';')[0] ?? '' }), undefined);
  t.equal(await namedBy('/ui/operations/queue'), undefined);
});

t.test('batches count towards the limits', async (t) => {
  const app = await startApp(t, { env: { ...env, CHL_MAX_STREAMS: '1' } });
  t.equal((await app.page(`${cycles}101`)).status, 422, 'at most 100');
  const stream = await openStream(app.origin, path);
  t.equal((await app.page(`${cycles}1`)).status, 503);
  stream.close();
  await untilStreams(app, 0);
  t.equal((await app.page(`${cycles}1`)).status, 200);
  await untilStreams(app, 0);
});

t.test('batches end with the role of their reader', async (t) => {
  const { authenticate } = access;
  let role: Role | null = 'viewer';
  access.authenticate = () =>
    ({
      isRequired: () => true,
      roleOf: () => role,
      identify: () => ({ name: 'ada', role: 'viewer', by: 'bearer' }),
    }) as never as Authenticate;
  t.teardown(() => {
    if (authenticate) access.authenticate = authenticate;
  });
  const app = await startApp(t, { env });
  const stream = await openStream(app.origin, `${cycles}100`);
  await stream.until(({ event }) => event === 'tick');
  role = null;
  await stream.ended();
  const batches = stream.events.filter(({ event }) => event === 'tick').length;
  t.ok(batches < 100, `${batches} batches`);
});
