// A server that may open few files refuses requests with a message, keeps running its jobs, and recovers.
import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

/** The lowest limit that the server accepts. */
const limit = 256;
const streamCount = 240;
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
  let printed = '';
  return new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error(`the server ended: ${printed}`)));
    server.stderr?.on('data', (chunk) => {
      printed += chunk;
      const [, url] = /ready: (http:\/\/\S+)\/operations/.exec(printed) ?? [];
      if (url) resolve(url);
    });
  });
}

type Answer = { status: number; body: any; headers: http.IncomingHttpHeaders };

/** Sends a request on a new connection. */
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

/** The response to a stream request, accepted or refused. */
function openStream(t: Test, url: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/json' };
    const request = http
      .get(`${url}/ui/stream/telemetry`, { agent: false, headers }, resolve)
      .once('error', reject);
    t.teardown(() => request.destroy());
  });
}

/** Repeats a request that is refused for lack of descriptors. */
async function runToEnd(url: string, operation: string): Promise<string> {
  const { status, body } = await until(
    () => ask(`${url}/api/v1/operations/${operation}`, 'POST'),
    (answer) => answer.status !== 503,
  );
  if (status !== 202) throw new Error(`${operation} is answered with ${status}`);
  return whenEnded(url, body.number);
}

/** Polls until the job has ended. */
async function whenEnded(url: string, number: number): Promise<string> {
  const read = async () => {
    const { status, body } = await ask(`${url}/api/v1/operations/jobs/${number}`);
    if (status !== 200 && status !== 503) throw new Error(`job #${number} is answered with ${status}`);
    return status === 200 ? body.status : null;
  };
  return until(read, (status) => ['succeeded', 'failed', 'cancelled'].includes(status));
}

const isAccepted = (stream: http.IncomingMessage) => stream.statusCode === 200;

/** Opens streams until one is refused, and returns that one; streams that were refused earlier have freed descriptors. The
 *  streams stay open until the end of the test `t`. */
async function openUntilRefused(t: Test, url: string): Promise<http.IncomingMessage> {
  for (let opened = 0; opened < limit; opened += 1) {
    const stream = await openStream(t, url);
    if (!isAccepted(stream)) return stream;
  }
  throw new Error(`${limit} more streams are accepted`);
}

t.test('when too many files are open', { skip: process.platform !== 'linux' }, async (t) => {
  const root = makeFolder(t);
  const url = await startServer(t, root);
  const waiting = await ask(`${url}/api/v1/operations/waits`, 'POST');
  t.equal(waiting.status, 202);

  const streams = await Promise.all(Array.from({ length: streamCount }, () => openStream(t, url)));
  const refused = streams.filter((stream) => !isAccepted(stream));
  t.ok(streams.some(isAccepted), 'some streams are accepted');
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

  await t.test('an upload is refused while a job could still start', async (t) => {
    await openUntilRefused(t, url);
    const form = new FormData();
    form.append('snapshot', new Blob(['PK'], { type: 'application/zip' }), 'set.zip');
    const { status, body } = await upload(url, form);
    t.equal(status, 503);
    t.match(body, { error: { code: 'busy', message: /Too many files are open/ } });
  });

  await t.test('the running job continues, and another job starts and succeeds', async (t) => {
    t.equal(await runToEnd(url, 'works'), 'succeeded');
    fs.writeFileSync(path.join(root, 'go'), '');
    t.equal(await whenEnded(url, waiting.body.number), 'succeeded');
  });

  await t.test('idle connections cannot silence the server', async (t) => {
    const { hostname, port } = new URL(url);
    const idle = await Promise.all(
      Array.from({ length: streamCount }, async () => {
        const socket = net.connect(Number(port), hostname).on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        return socket;
      }),
    );
    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect(Number(port), hostname);
      let printed = '';
      socket.on('data', (chunk) => {
        printed += chunk;
      });
      socket.on('error', () => {}).once('close', () => resolve(printed));
    });
    t.match(answer, /^HTTP\/1.1 503 .*retry-after: 5.*Too many files are open/s);
    for (const socket of idle) socket.destroy();
  });

  await t.test('when the streams are closed, the server recovers', async (t) => {
    for (const stream of streams) stream.destroy();
    let again = await openStream(t, url);
    while (!isAccepted(again)) {
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
