// Embedding services with one bad habit each: every entry must be embedded, or fail by name with the service's words.
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
const maxMs = 120_000;
const ids = ['EXP-1', 'EXP-2', 'EXP-3', 'EXP-4', 'EXP-5'];
/** The service treats a text with this word badly. */
const bad = 'POISON';

export const embedCases: Group = {
  name: 'embed',
  find(inputs) {
    const program = path.join(inputs, service);
    const modes = fs.readFileSync(program, 'utf8').matchAll(/\bcase '([^']+)'/g);
    const expected = 'each entry embedded, or failed by name with a reason';
    return [...modes].map(
      ([, mode = '']): Case => ({ name: mode, expected, run: () => embed(program, mode) }),
    );
  },
};

async function embed(program: string, mode: string): Promise<Verdict> {
  const port = await freePort();
  const stop = keepRunning(program, [String(port), mode]);
  const env = {
    CHL_WORKERS: '1',
    CHL_EMBEDDING_URL: `http://127.0.0.1:${port}/v1/embeddings`,
    CHL_EMBEDDING_MODEL: 'field',
  };
  try {
    return await withProduct(env, judge, writeSheet);
  } finally {
    stop();
  }
}

async function judge(product: Product): Promise<Verdict> {
  await runJob(product, 'import');
  const until = performance.now() + maxMs;
  let queue = (await get(`${product.origin}/api/v1/queue`)).body;
  while (queue.pending.total > 0 && performance.now() < until) {
    await after(500);
    queue = (await get(`${product.origin}/api/v1/queue`)).body;
  }
  if (queue.pending.total > 0) {
    return { isRight: false, actual: `${queue.pending.total} waiting; outage: ${queue.outage?.message}` };
  }
  const entries = await Promise.all(
    ids.map((id) => get(`${product.origin}/api/v1/entries/${id}?kind=experience`)),
  );
  const errors = entries.flatMap(({ body }) =>
    body.embedding_status === 'failed' ? [body.queue?.error ?? ''] : [],
  );
  const isRight = errors.length === queue.failed.total && errors.every((error) => error !== '');
  const [first] = errors;
  return {
    isRight,
    actual: `${ids.length - errors.length} embedded, ${errors.length} failed${first ? `: ${first}` : ''}`,
  };
}

function writeSheet(root: string) {
  const folder = path.join(root, 'sheets/published');
  fs.mkdirSync(folder, { recursive: true });
  const rows = ids.map((id, at) => `${id},GIT,useful,Entry ${at},${at === 2 ? bad : 'text'},,local,synced,`);
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
