// The server process: how it stops.
import './support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { chaosConfig, startServer } from '../scripts/chaos/server-process.ts';
import { packageRoot } from '../src/core/config.ts';
import { findMarkedProcesses } from '../src/runner/processes.ts';
import { until } from './support/until.ts';
import { makeFolder } from './support/folder.ts';

const get = (url: string) =>
  new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, resolve).once('error', reject);
  });

async function post(url: string, args: Record<string, unknown>) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ args, when_locked: 'wait' }),
  });
  const body: any = await answer.json();
  return { status: answer.status, headers: answer.headers, body };
}

async function readUntil(stream: http.IncomingMessage, words: string) {
  let seen = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    seen += chunk;
    if (seen.includes(words)) return;
  }
  throw new Error(`the stream ended without ${words}: ${seen}`);
}

t.test('a stop ends streams and the running job, keeps the waiting job, and exits with code 0', async (t) => {
  const config = chaosConfig(makeFolder(t));
  const longer = { CHL_OPERATIONS_TIMEOUT_SEC: '60' };
  const server = startServer(config, longer);
  t.teardown(() => server.signal('SIGKILL'));
  const url = (await server.ready) ?? '';
  const jobs = `${url}/api/v1/operations/jobs`;
  const ignoring = await post(`${url}/api/v1/operations/chore`, {
    behaviour: 'ignores-sigterm',
    lock: 'a',
    ms: 60_000,
  });
  const waiting = await post(`${url}/api/v1/operations/chore`, { lock: 'a' });
  const page = await get(`${url}/ui/stream/telemetry`);
  const log = await get(`${jobs}/${ignoring.body.number}/log?follow=1`);
  await readUntil(log, 'deaf from now on');

  server.signal('SIGTERM');
  const refused = await refusal(url);
  t.match(refused.body, { error: { code: 'stopping' } });
  t.match(refused.headers.get('retry-after'), /^\d+$/);
  t.match(await (await fetch(`${jobs}/${ignoring.body.number}`)).json(), { status: 'running' });
  await Promise.all([page, log].map((stream) => text(stream).catch(() => 'cut off')));
  t.same(await server.exited, { code: 0, signal: null }, 'after ten seconds the code would be 1');
  t.same(findMarkedProcesses(config.root), []);

  const next = startServer(config, longer);
  t.teardown(() => next.signal('SIGKILL'));
  const again = (await next.ready) ?? '';
  await text(await get(`${again}/api/v1/operations/jobs/${waiting.body.number}/log?follow=1`));
  const find = async (number: number) =>
    (await fetch(`${again}/api/v1/operations/jobs/${number}`)).json() as Promise<any>;
  t.match(await find(ignoring.body.number), { status: 'failed', failure: { code: 'shutdown' } });
  t.match(await find(waiting.body.number), { status: 'succeeded' });
  t.match(await (await fetch(`${again}/api/v1/starts`)).json(), {
    items: [{ end: null }, { end: 'stopped' }],
  });
  next.signal('SIGTERM');
  t.same(await next.exited, { code: 0, signal: null });
});

/** Posts until the signal has reached the server; jobs accepted before need no lock and end at once. */
function refusal(url: string) {
  return until(
    () => post(`${url}/api/v1/operations/chore`, {}),
    ({ status }) => status === 503,
  );
}

t.test('the program stops with exit code 0 while a page is open', async (t) => {
  const root = makeFolder(t);
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/src/main.js')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      CHL_EXPERIENCE_ROOT: root,
      CHL_PORT: '0',
      CHL_WORKERS: '0',
      CHL_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const url = await readAddress(child);
  const page = await get(`${url}/ui/stream/telemetry`);
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  child.kill('SIGINT');
  await text(page).catch(() => 'cut off');
  t.same(await exit, { code: 0, signal: null });
});

async function readAddress(child: ChildProcess): Promise<string> {
  for await (const line of child.stderr ?? []) {
    const [url] = /http:\/\/[^/]+/.exec(String(line)) ?? [];
    if (url) return url;
  }
  throw new Error('the program ended before it listened');
}
