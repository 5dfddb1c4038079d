// Compressed answers: which they are, and which never.
import t from 'tap';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';

type Answer = { status: number; headers: http.IncomingHttpHeaders; bytes: Buffer };

/** Unlike fetch, leaves the body as it is. */
function ask(url: string, headers: Record<string, string>, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers }, (response) => {
      const { statusCode = 0, headers } = response;
      void buffer(response).then((bytes) => resolve({ status: statusCode, headers, bytes }), reject);
    });
    request.once('error', reject).end();
  });
}

const page = { accept: 'text/html' };

t.test('texts are compressed as their reader accepts it', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t);
  const address = `${app.origin}/library`;
  const plain = await ask(address, page);

  await t.test('pages, errors and JSON', async (t) => {
    const json = await ask(`${app.origin}/api/v1/openapi.json`, { 'accept-encoding': 'gzip' });
    t.same([json.status, json.headers['content-encoding']], [200, 'gzip']);
    t.ok(JSON.parse(String(gunzipSync(json.bytes))).openapi);
    const missing = await ask(`${app.origin}/jobs/9999`, { ...page, 'accept-encoding': 'br' });
    t.same([missing.status, missing.headers['content-encoding']], [404, 'br']);
    t.match(String(brotliDecompressSync(missing.bytes)), /<h1/);
  });

  for (const [accepted, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['zstd', undefined],
    ['', undefined],
  ] as const)
    await t.test(`Accept-Encoding: ${accepted}`, async (t) => {
      const given = await ask(address, { ...page, 'accept-encoding': accepted });
      t.equal(given.headers['content-encoding'], encoding);
      if (encoding) t.equal(given.headers.vary, 'accept-encoding');
      t.ok(encoding ? given.bytes.length < plain.bytes.length / 2 : given.bytes.length > 1400);
      const head = await ask(address, { ...page, 'accept-encoding': accepted }, 'HEAD');
      t.equal(head.bytes.length, 0, 'HEAD');
    });

  await t.test('the text is the same', async (t) => {
    const { bytes } = await ask(address, { ...page, 'accept-encoding': 'br' });
    t.equal(String(brotliDecompressSync(bytes)), String(plain.bytes));
  });

  await t.test('short answers and streams stay as they are', async (t) => {
    const short = await ask(`${app.origin}/api/v1/jobs`, { 'accept-encoding': 'br' });
    t.equal(short.headers['content-encoding'], undefined);
    const stream = await ask(`${app.origin}/ui/stream/telemetry?cycles=1`, { 'accept-encoding': 'br' });
    t.match(stream.headers['content-type'], /event-stream/);
    t.equal(stream.headers['content-encoding'], undefined);
    t.match(String(stream.bytes), /^event: /m);
  });

  await t.test('an unchanged file is not sent again', async (t) => {
    const [, script = ''] = /src="([^"]+)"/.exec(String(plain.bytes)) ?? [];
    const { headers } = await ask(app.origin + script, { 'accept-encoding': 'br' });
    const again = await ask(app.origin + script, {
      'accept-encoding': 'br',
      'if-none-match': String(headers.etag),
    });
    t.same([again.status, again.bytes.length], [304, 0]);
    const part = await ask(app.origin + script, { 'accept-encoding': 'br', range: 'bytes=0-1' });
    t.same([part.status, part.headers['content-encoding'], part.bytes.length], [206, undefined, 2]);
  });

  await t.test('an answer that carries a secret is never compressed', async (t) => {
    const secret = routes.filter(({ config }) => config.carriesSecret);
    t.same(
      secret.map(({ method, url }) => `${method} ${url}`).sort(),
      [
        'POST /sign-in',
        'POST /api/v1/tokens',
        'POST /api/v1/webhooks/:name/rotate',
        'POST /ui/access/tokens',
        'POST /ui/webhooks/new',
        'POST /ui/webhooks/:name/rotate',
        'PUT /api/v1/webhooks/:name',
      ].sort(),
    );
    for (const { method, url } of secret) {
      const path = url.replace(':name', 'some');
      const { status, headers } = await ask(app.origin + path, { ...page, 'accept-encoding': 'br' }, method);
      t.equal(headers['content-encoding'], undefined, `${method} ${url}: ${status}`);
      t.equal(headers.vary, undefined, url);
    }
  });
});
