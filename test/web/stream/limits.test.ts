import t from 'tap';
import { startApp, untilStreams } from '../../support/app.ts';
import { openStream } from '../../support/stream.ts';

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
  t.match(cookie, /^chl_client=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
  t.not(await namedBy('/operations'), cookie, 'random');
  t.equal(await namedBy('/jobs', { cookie: cookie.split(';')[0] ?? '' }), undefined);
  t.equal(await namedBy('/ui/operations/queue'), undefined);
});
