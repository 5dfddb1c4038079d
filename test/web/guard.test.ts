import http from 'node:http';
import net from 'node:net';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';

type Answer = { status: number; body: string; headers: http.IncomingHttpHeaders };

/** Sends a request with exactly these headers; `fetch` does not allow a forged Host. */
function send(app: TestApp, method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const { port } = new URL(app.origin);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

/** Sends raw text, and returns the status line of the answer. */
function sendRaw(app: TestApp, text: string): Promise<string> {
  const { port } = new URL(app.origin);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (chunk) => {
      resolve(chunk.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const everyRoute = [
  ['GET', '/'],
  ['GET', '/operations'],
  ['GET', '/ui/operations/queue'],
  ['GET', '/ui/stream/telemetry'],
  ['GET', '/assets/app.css'],
  ['GET', '/api/v1/operations'],
  ['GET', '/health'],
  ['GET', '/metrics'],
  ['GET', '/nothing-here'],
  ['GET', '/%zz'],
  ['GET', `/jobs/${'1'.repeat(300)}`],
  ['POST', '/ui/operations/run/export'],
  ['POST', '/api/v1/operations/export'],
] as const;

t.test('the guard protects every route', async (t) => {
  const app = await startApp(t);
  const { port } = new URL(app.origin);
  const own = `127.0.0.1:${port}`;

  await t.test('a foreign Host is refused on every route, without any page content', async (t) => {
    for (const [method, path] of everyRoute) {
      const { status, body } = await send(app, method, path, { host: `evil.test:${port}` });
      t.equal(status, 403, `${method} ${path}`);
      t.notMatch(body, /Run an operation/);
    }
  });

  await t.test('host names that only resemble ours are refused', async (t) => {
    for (const host of [
      `127.0.0.1:${port}@evil.test`,
      `localhost.:${port}`,
      '127.0.0.1',
      `127.0.0.1:${Number(port) + 1}`,
      `evil.test#${own}`,
    ]) {
      t.equal((await send(app, 'GET', '/operations', { host })).status, 403, host);
    }
  });

  await t.test('our host names are accepted in any letter case', async (t) => {
    for (const host of [own, `localhost:${port}`, `[::1]:${port}`, `LocalHost:${port}`]) {
      t.equal((await send(app, 'GET', '/operations', { host })).status, 200, host);
    }
  });

  await t.test('two Host headers, an empty one and none are refused', async (t) => {
    const twice = (first: string, second: string) =>
      `GET / HTTP/1.1\r\nHost: ${first}\r\nHost: ${second}\r\n\r\n`;
    t.match(await sendRaw(app, twice(own, 'evil.test')), / 40[03] /);
    t.match(await sendRaw(app, twice('evil.test', own)), / 40[03] /);
    t.match(await sendRaw(app, 'GET / HTTP/1.1\r\nHost:\r\n\r\n'), / 40[03] /);
    t.match(await sendRaw(app, 'GET / HTTP/1.0\r\n\r\n'), / 40[03] /);
  });

  await t.test('an absolute request target is refused', async (t) => {
    t.match(await sendRaw(app, `GET http://evil.test/operations HTTP/1.1\r\nHost: ${own}\r\n\r\n`), / 400 /);
  });

  await t.test('rebinding is refused although Origin and Sec-Fetch-Site are consistent', async (t) => {
    const headers = {
      host: `r.evil.test:${port}`,
      origin: `http://r.evil.test:${port}`,
      'sec-fetch-site': 'same-origin',
    };
    t.equal((await send(app, 'POST', '/ui/operations/run/export', headers)).status, 403);
  });

  await t.test('posts from other sites and ports create no job', async (t) => {
    const before = app.parts.listing.total();
    for (const headers of [
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: `https://${own}` },
    ]) {
      const { status, body } = await send(app, 'POST', '/ui/operations/run/export', {
        host: own,
        ...headers,
      } as Record<string, string>);
      t.equal(status, 403, JSON.stringify(headers));
      t.match(body, /cross_origin/);
    }
    t.equal(app.parts.listing.total(), before);
  });

  await t.test('our pages, and programs without these headers, may post', async (t) => {
    const post = (headers: Record<string, string>) =>
      send(app, 'POST', '/api/v1/operations/nothing', { host: own, ...headers });
    t.equal((await post({})).status, 404);
    t.equal((await post({ origin: `http://${own}`, 'sec-fetch-site': 'same-origin' })).status, 404);
  });

  await t.test('another site may link to a page, but load nothing else', async (t) => {
    const foreign = { host: own, 'sec-fetch-site': 'cross-site' };
    const navigation = { ...foreign, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    t.equal((await send(app, 'GET', '/operations', navigation)).status, 200);
    t.equal(
      (await send(app, 'GET', '/operations', { ...navigation, 'sec-fetch-dest': 'iframe' })).status,
      403,
    );
    t.equal((await send(app, 'GET', '/api/v1/operations', navigation)).status, 403);
    for (const path of ['/ui/stream/telemetry', '/assets/app.js', '/api/v1/queue', '/nothing']) {
      t.equal((await send(app, 'GET', path, { ...foreign, 'sec-fetch-mode': 'no-cors' })).status, 403, path);
    }
  });

  await t.test(
    'an undecodable path is refused like any other request, in the requested format',
    async (t) => {
      for (const path of ['/%zz', '/jobs/%', '/assets/%e0%a4', '/api/v1/%zz']) {
        const { status, body, headers } = await send(app, 'GET', path, {
          host: own,
          accept: 'application/json',
        });
        t.equal(status, 400, path);
        t.equal(JSON.parse(body).error.code, 'bad_target');
        t.ok(headers['content-security-policy']);
      }
      t.equal(
        (await send(app, 'GET', '/library?q=%zz', { host: own })).status,
        200,
        'an undecodable query is accepted',
      );
    },
  );

  await t.test('a GET does not run an action', async (t) => {
    const { headers } = await send(app, 'GET', '/ui/operations/run/import', { host: own });
    t.equal(headers.allow, 'POST');
    t.equal((await send(app, 'DELETE', '/jobs/1', { host: own })).headers.allow, 'GET');
    t.equal((await send(app, 'GET', '/ui/operations/run/import', { host: own })).status, 405);
  });

  await t.test('every answer has the security headers, also refusals and the stream', async (t) => {
    for (const headers of [{ host: own }, { host: 'evil.test' }]) {
      for (const path of [
        '/operations',
        '/assets/app.css',
        '/nothing',
        '/ui/stream/telemetry?cycles=1',
        '/api/v1/queue',
      ]) {
        const answer = await send(app, 'GET', path, headers);
        t.match(
          answer.headers['content-security-policy'],
          /default-src 'self'.*frame-ancestors 'none'/,
          path,
        );
        t.notMatch(answer.headers['content-security-policy'], /unsafe/);
        t.equal(answer.headers['x-content-type-options'], 'nosniff');
        t.equal(answer.headers['referrer-policy'], 'same-origin');
        t.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
        t.equal(answer.headers['cross-origin-opener-policy'], 'same-origin');
        t.equal(answer.headers['access-control-allow-origin'], undefined);
      }
    }
  });
});

t.test('a refused host or origin is told which setting allows it', async (t) => {
  const env = { CHL_ALLOWED_HOSTS: 'first.lan' };
  const app = await startApp(t, { env });
  const { host: own, port } = new URL(app.origin);
  const json = { accept: 'application/json' };
  const messageOf = async (method: string, headers: Record<string, string>) =>
    JSON.parse((await send(app, method, '/api/v1/operations/export', { ...json, ...headers })).body).error
      .message;

  await t.test('a tunnel or a name is refused with the value to add', async (t) => {
    for (const host of ['localhost:9000', 'Box.lan', '[fd00::1]:8000', 'tunnel.example:443']) {
      const value = `CHL_ALLOWED_HOSTS=first.lan,${host.toLowerCase()} and restart the server.`;
      t.ok((await messageOf('GET', { host })).includes(value), host);
      t.match((await send(app, 'GET', '/operations', { host })).body, value, 'also on the page');
    }
  });

  await t.test('what no browser sends as a host is not repeated', async (t) => {
    for (const host of [`${own}@evil.test`, '<b>', 'a b', `${'a'.repeat(300)}.test`]) {
      const message = await messageOf('GET', { host });
      t.match(message, /^Open this page at one of these addresses: 127\.0\.0\.1:\d+, .*first\.lan\.$/, host);
    }
  });

  await t.test(
    'an origin behind a proxy that changes the Host is refused with the value to add',
    async (t) => {
      for (const origin of ['https://box.lan', 'http://box.lan', 'https://box.lan:8443']) {
        const host = origin.replace(/^https?:\/\//, '');
        const message = await messageOf('POST', { host: own, origin });
        t.ok(message.includes(`CHL_ALLOWED_HOSTS=first.lan,${host} and`), message);
      }
    },
  );

  await t.test('no setting is named where none helps', async (t) => {
    for (const headers of [
      { origin: 'null' },
      { origin: 'https://box.lan', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const message = await messageOf('POST', { host: own, ...headers });
      t.match(
        message,
        new RegExp(
          `^The request came from another site and was refused. Open this page at 127.0.0.1:${port}.$`,
        ),
      );
    }
  });

  await t.test('an allowed host may be served with TLS; our own addresses are not', async (t) => {
    const post = (host: string, origin: string) =>
      send(app, 'POST', '/api/v1/operations/nothing', { host, origin, 'sec-fetch-site': 'same-origin' });
    t.equal((await post('first.lan', 'https://first.lan')).status, 404);
    t.equal((await post(own, 'https://first.lan')).status, 404);
    t.equal((await post(own, `https://${own}`)).status, 403);
    t.equal((await post(own, 'https://first.lan:444')).status, 403);
  });
});

t.test('refusals are audited, at most twenty a minute', async (t) => {
  const app = await startApp(t);
  for (let turn = 0; turn < 30; turn += 1) await send(app, 'GET', '/operations', { host: 'evil.test' });
  const rows = readAudit(app, 'gate.refused');
  t.ok(rows.length >= 20 && rows.length <= 41, `${rows.length} rows`);
  t.match(JSON.parse(rows[0]?.detail ?? '{}'), { code: 'host_not_allowed', host: 'evil.test' });
});

t.test('a refused request is from nobody once a token is required, whatever name it gives', async (t) => {
  for (const [env, actors] of [
    [{}, ['mallory', 'mallory']],
    [{ CHL_ACCESS_TOKEN: 'only-for-this-one-test' }, ['nobody (mallory)', 'nobody (mallory)']],
  ] as const) {
    const app = await startApp(t, { env: { ...env, CHL_OPERATIONS_MODE: 'noop' } });
    for (const method of ['GET', 'POST'])
      await send(app, method, '/api/v1/operations/import', { host: 'evil.test', 'x-actor': 'mallory' });
    const actor = app.ops.prepare("SELECT actor FROM audit WHERE event = 'gate.refused'").pluck();
    t.same(actor.all(), actors);
  }
});

t.test(
  'a body that cannot be read, or has an unknown key, leaves an audit row, at most twenty a minute',
  async (t) => {
    const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
    const post = (body: string) =>
      fetch(`${app.origin}/api/v1/operations/import`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    t.equal((await post('{"args": ')).status, 400);
    t.equal((await post('{"colour": "crimson"}')).status, 422);
    const rows = readAudit(app, 'job.refused').map(({ detail }) => JSON.parse(detail));
    t.match(rows, [{ code: 'bad_json' }, { code: 'invalid_arguments', message: /colour: is not known/ }]);
    t.notMatch(JSON.stringify(rows), 'crimson', 'the name of the key is kept, not its value');
    for (let turn = 0; turn < 30; turn += 1) await post('{');
    t.equal(readAudit(app, 'job.refused').length, 21);
  },
);

function readAudit(app: TestApp, event: string): { detail: string }[] {
  return app.ops.prepare('SELECT detail FROM audit WHERE event = ?').all(event) as { detail: string }[];
}
