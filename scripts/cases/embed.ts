// Embedding services with one bad habit each. One that embeds a harmless text must leave every entry embedded, or failed by name
// with the service's words; behind one that embeds none, entries wait and the outage says why and what to do.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { tabs } from '../../src/sheets/tabs.ts';
import { endWithUs } from '../end-with-us.ts';
import type { Case, Group, Verdict } from './case.ts';
import { get, type Product, runJob, withProduct } from './product.ts';

const service = 'service.mjs';
const pollMs = 500;
const maxMs = 120_000;
/** So long an outage must be shown without an entry that fails. */
const outageMs = 10_000;
/** So long a service may take to start. */
const startMs = 20_000;
const ids = ['EXP-1', 'EXP-2', 'EXP-3', 'EXP-4', 'EXP-5'];
/** The service treats a text with this word badly; it belongs to this entry. */
const bad = { word: 'POISON', id: 'EXP-3' };

export const embedCases: Group = {
  name: 'embed',
  find(inputs) {
    const program = path.join(inputs, service);
    const modes = fs.readFileSync(program, 'utf8').matchAll(/\b(?:case |mode === )'([^']+)'/g);
    const expected = 'each entry embedded, or failed by name with a reason; or the outage, when none can be';
    return [...modes].map(
      ([, mode = '']): Case => ({ name: mode, expected, run: () => embed(program, mode) }),
    );
  },
};

async function embed(program: string, mode: string): Promise<Verdict> {
  const port = await freePort();
  const stop = keepRunning(program, [String(port), mode]);
  const address = `http://127.0.0.1:${port}/v1/embeddings`;
  const env = { CHL_WORKERS: '1', CHL_EMBEDDING_URL: address, CHL_EMBEDDING_MODEL: 'field' };
  try {
    const judge = (await isUsable(address)) ? judgeEntries : judgeOutage;
    return await withProduct(env, judge, writeSheet);
  } finally {
    stop();
  }
}

/** Whether the service embeds a harmless text. One that is starting, or ends the connection, is asked again. */
async function isUsable(address: string): Promise<boolean> {
  const body = JSON.stringify({ model: 'field', input: ['a harmless text'] });
  const headers = { 'content-type': 'application/json' };
  const ask = () => fetch(address, { method: 'POST', headers, body, redirect: 'manual' }).catch(() => null);
  const until = performance.now() + startMs;
  for (let answer = await ask(); performance.now() < until; answer = await ask()) {
    if (answer) return answer.ok && /"(data|embeddings)"/.test(await answer.text());
    await after(pollMs);
  }
  return false;
}

async function judgeEntries(product: Product): Promise<Verdict> {
  await runJob(product, 'import');
  const until = performance.now() + maxMs;
  let queue = await queueOf(product);
  while (queue.pending.total > 0 && performance.now() < until) {
    await after(pollMs);
    queue = await queueOf(product);
  }
  if (queue.pending.total > 0)
    return { isRight: false, actual: `${queue.pending.total} waiting; outage: ${queue.outage?.message}` };
  const entries = await Promise.all(
    ids.map(async (id) => (await get(`${product.origin}/api/v1/entries/${id}?kind=experience`)).body),
  );
  const failed = ids.filter((_, at) => entries[at].embedding_status === 'failed');
  const [error] = entries.flatMap(({ queue }) => queue?.error ?? []);
  return {
    isRight: failed.length === queue.failed.total && failed.every((id) => id === bad.id && error),
    actual: `${ids.length - failed.length} embedded, ${failed.length} failed${error ? `: ${error}` : ''}`,
  };
}

async function judgeOutage(product: Product): Promise<Verdict> {
  await runJob(product, 'import');
  let shownSince: number | null = null;
  const until = performance.now() + maxMs;
  for (;;) {
    const { pending, failed, outage } = await queueOf(product);
    const actual = `${pending.total} waiting, ${failed.total} failed; outage: ${outage?.message}`;
    if (pending.total < ids.length || performance.now() > until) return { isRight: false, actual };
    if (outage) shownSince ??= performance.now();
    if (shownSince !== null && performance.now() - shownSince >= outageMs)
      return { isRight: /cannot be used: .+\. [A-Z].+\.$/.test(outage?.message), actual };
    await after(pollMs);
  }
}

async function queueOf({ origin }: Product) {
  return (await get(`${origin}/api/v1/queue`)).body;
}

function writeSheet(root: string) {
  const folder = path.join(root, 'sheets/published');
  fs.mkdirSync(folder, { recursive: true });
  const rows = ids.map(
    (id, at) => `${id},GIT,useful,Entry ${at},${id === bad.id ? bad.word : 'text'},,local,synced,`,
  );
  const lines: Record<string, string[]> = { category: ['GIT,Git,'], experience: rows, manual: [] };
  for (const { kind, file, required } of tabs) {
    fs.writeFileSync(path.join(folder, file), `${[required.join(','), ...(lines[kind] ?? [])].join('\n')}\n`);
  }
}

/** Starts the program again a second after it ends, as a supervisor does; returns what stops it. */
function keepRunning(program: string, args: string[]): () => void {
  let child: ChildProcess;
  let isStopped = false;
  const start = () => {
    if (isStopped) return;
    child = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
    endWithUs(child);
    child.once('exit', () => setTimeout(start, 1000).unref());
  };
  start();
  return () => {
    isStopped = true;
    child.kill('SIGKILL');
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
