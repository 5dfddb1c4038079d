// A server that may open few files: it says no in words, keeps what it runs, and recovers.
import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { makeRoot } from '../support/engine.ts';

/** As low as the server takes. */
const limit = 128;
const asked = 160;
const main = path.join(packageRoot, 'dist/src/main.js');

const operations = `operations:
  - { name: waits, title: Waits, summary: Waits., command: [sh, -c, "until [ -e go ]; do sleep 0.02; done"] }
  - { name: works, title: Works, summary: Works., command: ["true"] }
`;

async function startServer(t: Test, root: string): Promise<string> {
  fs.writeFileSync(path.join(root, 'operations.yaml'), operations, { mode: 0o600 });
  const server: ChildProcess = spawn(
    'sh',
    ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', process.execPath, main],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        CHL_EXPERIENCE_ROOT: root,
        CHL_PORT: '0',
        CHL_LOG_LEVEL: 'silent',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  t.teardown(() => server.kill('SIGKILL'));
  let said = '';
  return new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error(`the server ended: ${said}`)));
    server.stderr?.on('data', (chunk) => {
      said += chunk;
      const [, url] = /ready: (http:\/\/\S+)\/operations/.exec(said) ?? [];
      if (url) resolve(url);
    });
  });
}

type Answer = { status: number; body: any; headers: http.IncomingHttpHeaders };

/** On a connection of its own. */
async function ask(url: string, method = 'GET'): Promise<Answer> {
  const headers = {
    accept: 'application/json',
    ...(method === 'POST' && { 'content-type': 'application/json' }),
  };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http
      .request(url, { method, headers, agent: false }, resolve)
      .once('error', reject)
      .end(method === 'POST' ? '{"args":{}}' : undefined);
  });
  return { status: response.statusCode ?? 0, body: await json(response), headers: response.headers };
}

async function upload(url: string, form: FormData): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}/api/v1/index/snapshot`, { method: 'POST', body: form });
  return { status: answer.status, body: await answer.json() };
}

/** The response of a stream, granted or refused. */
function openStream(t: Test, url: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/json' };
    const request = http
      .get(`${url}/ui/stream/telemetry`, { agent: false, headers }, resolve)
      .once('error', reject);
    t.teardown(() => request.destroy());
  });
}

/** A request that is refused for want of descriptors is repeated, as its answer says. */
async function runToEnd(url: string, operation: string): Promise<string> {
  for (;;) {
    const { status, body } = await ask(`${url}/api/v1/operations/${operation}`, 'POST');
    if (status === 202) return whenEnded(url, body.number);
    if (status !== 503) throw new Error(`${operation} is answered with ${status}`);
  }
}

/** So is a look; and one at a job that goes on. */
async function whenEnded(url: string, number: number): Promise<string> {
  for (;;) {
    const { status, body } = await ask(`${url}/api/v1/operations/jobs/${number}`);
    if (status === 200 && ['succeeded', 'failed', 'cancelled'].includes(body.status)) return body.status;
    if (status !== 200 && status !== 503) throw new Error(`job #${number} is answered with ${status}`);
  }
}

const isGranted = (stream: http.IncomingMessage) => stream.statusCode === 200;

/** Opens streams until one is refused, which it gives: those that were refused together have left room behind. */
async function openUntilRefused(t: Test, url: string): Promise<http.IncomingMessage> {
  for (let opened = 0; opened < limit; opened += 1) {
    const stream = await openStream(t, url);
    if (!isGranted(stream)) return stream;
  }
  throw new Error(`${limit} more streams are granted`);
}

t.test('when too many files are open', { skip: process.platform !== 'linux' }, async (t) => {
  const root = makeRoot(t);
  const url = await startServer(t, root);
  const waiting = await ask(`${url}/api/v1/operations/waits`, 'POST');
  t.equal(waiting.status, 202);

  const streams = await Promise.all(Array.from({ length: asked }, () => openStream(t, url)));
  const refused = streams.filter((stream) => !isGranted(stream));
  t.ok(streams.some(isGranted), 'some streams are granted');
  t.ok(refused.length > 0, 'the others are refused');
  t.same([...new Set(refused.map(({ statusCode }) => statusCode))], [503]);
  t.ok(refused.every(({ headers }) => Number(headers['retry-after']) > 0));
  for (const stream of refused) stream.destroy();

  await t.test('one more stream is refused with its code, while plain requests are answered', async (t) => {
    const stream = await openUntilRefused(t, url);
    t.equal(stream.statusCode, 503);
    t.match(await json(stream), {
      error: { code: 'too_many_streams', message: /Too many files are open/ },
    });
    t.match(await ask(`${url}/health`), {
      status: 200,
      body: { components: { stream: { status: 'degraded', detail: /too many files/ } } },
    });
    t.match(await ask(`${url}/api/v1/operations`), { status: 200 });
  });

  await t.test('an upload is refused before it takes what a job needs', async (t) => {
    const form = new FormData();
    form.append('snapshot', new Blob(['PK'], { type: 'application/zip' }), 'set.zip');
    const { status, body } = await upload(url, form);
    t.equal(status, 503);
    t.match(body, { error: { code: 'busy', message: /Too many files are open/ } });
  });

  await t.test('the running job goes on, and another one is started and succeeds', async (t) => {
    t.equal(await runToEnd(url, 'works'), 'succeeded');
    fs.writeFileSync(path.join(root, 'go'), '');
    t.equal(await whenEnded(url, waiting.body.number), 'succeeded');
  });

  await t.test('connections that say nothing cannot silence it', async (t) => {
    const { hostname, port } = new URL(url);
    const silent = await Promise.all(
      Array.from({ length: asked }, async () => {
        const socket = net.connect(Number(port), hostname).on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        return socket;
      }),
    );
    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect(Number(port), hostname);
      let said = '';
      socket.on('data', (chunk) => {
        said += chunk;
      });
      socket.on('error', () => {}).once('close', () => resolve(said));
    });
    t.match(answer, /^HTTP\/1.1 503 .*retry-after: 5.*Too many files are open/s);
    for (const socket of silent) socket.destroy();
  });

  await t.test('when the streams have gone all is as it was', async (t) => {
    for (const stream of streams) stream.destroy();
    let again = await openStream(t, url);
    while (!isGranted(again)) {
      again.destroy();
      again = await openStream(t, url);
    }
    again.destroy();
    t.equal(await runToEnd(url, 'works'), 'succeeded');
    t.match(await ask(`${url}/health`), {
      status: 200,
      body: { components: { stream: { status: 'healthy' } } },
    });
  });
});
