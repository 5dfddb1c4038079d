// A child floods its log while a client watches its page. Measures the server's processor time and stalls, and how far the
// page lags behind. The server runs in a separate process.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { packageRoot } from '../../src/core/config.ts';
import { formatBytes } from '../../src/core/format.ts';
import type { Health } from './flood-server.ts';
import type { Figure, Workload } from './workload.ts';

export const floodWorkload: Workload = {
  name: 'flood',
  title: '10,000 lines a second for 30 s, and 2 million lines flat out, each watched on its page',
  run,
};

const floods = [
  { words: '10,000 lines/s for 30 s', args: { rate: 10_000, seconds: 30 } },
  { words: '2 million lines flat out', args: { lines: 2_000_000 } },
];
/** The first phase settles, the second is measured. */
const restMs = 5000;
const pollMs = 100;
const maxBytes = 64 * 1024 * 1024;
const maxLagMs = 50;
/** The stream sends a card at most five times a second. */
const maxBehindMs = 1000;

const operations = `operations:
  - name: flood
    title: Flood
    summary: Writes lines.
    command: ["${process.execPath}", "${path.join(packageRoot, 'dist/scripts/bench/flood-child.js')}"]
    args: { rate: { type: integer }, seconds: { type: integer }, lines: { type: integer } }
`;

async function run(): Promise<Figure[]> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-')));
  fs.writeFileSync(path.join(root, 'operations.yaml'), operations, { mode: 0o600 });
  const server = await startServer(root);
  try {
    await after(restMs);
    server.measureAnew();
    await after(restMs);
    const rest = server.healths.at(-1);
    if (!rest) throw new Error('The server says nothing of itself.');
    const figures: Figure[] = [];
    for (const flood of floods) figures.push(...(await measure(server, rest, flood)));
    return figures;
  } finally {
    await server.stop();
    fs.rmSync(root, { recursive: true });
  }
}

type Server = { url: string; healths: Health[]; measureAnew(): void; stop(): Promise<void> };

async function startServer(root: string): Promise<Server> {
  const file = path.join(packageRoot, 'dist/scripts/bench/flood-server.js');
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const healths: Health[] = [];
  const lines = createInterface({ input: child.stdio[3] as Readable });
  const url = await new Promise<string>((resolve) => lines.once('line', (line) => resolve(JSON.parse(line))));
  lines.on('line', (line) => healths.push(JSON.parse(line)));
  return {
    url,
    healths,
    measureAnew: () => void child.kill('SIGUSR2'),
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

async function measure(
  { url, healths, measureAnew }: Server,
  rest: Health,
  { words, args }: (typeof floods)[number],
): Promise<Figure[]> {
  const from = healths.length;
  measureAnew();
  const startedAt = performance.now();
  const answer = await fetch(`${url}/api/v1/operations/flood`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ args }),
  });
  const { number } = (await answer.json()) as { number: number };
  const { behind, gaps } = await watch(url, number);
  const seconds = (performance.now() - startedAt) / 1000;
  const rss = Math.max(...healths.slice(from).map(({ rssBytes }) => rssBytes)) - rest.rssBytes;
  const lag = healths.at(-1)?.lagP99 ?? Number.POSITIVE_INFINITY;
  const late = Math.max(...behind, ...gaps);
  const figure = (what: string, ours: string, reference: string, target: string, isMet: boolean): Figure => ({
    workload: `${words}: ${what}`,
    ours,
    reference,
    ratio: null,
    target,
    isMet,
  });
  return [
    figure(
      'memory',
      `+${formatBytes(Math.max(0, rss))}`,
      `${formatBytes(rest.rssBytes)} at rest`,
      '≤ +64 MiB',
      rss <= maxBytes,
    ),
    figure(
      'stall of the loop, p99',
      describeLag(healths.at(-1)),
      `${describeLag(rest)} at rest`,
      `≤ ${maxLagMs} ms`,
      lag <= maxLagMs,
    ),
    figure(
      'page behind the child',
      `≤ ${late.toFixed(0)} ms, ${behind.length} answers in ${seconds.toFixed(0)} s`,
      '–',
      `≤ ${maxBehindMs} ms`,
      behind.length > 0 && late <= maxBehindMs,
    ),
  ];
}

function describeLag(health: Health | undefined): string {
  return health ? `${health.lagP99.toFixed(0)} ms, longest ${health.lagMax.toFixed(0)} ms` : '–';
}

/** Follows the log as its page does until the job has ended: an event of the live stream makes it fetch the new lines.
 *  Returns by how many milliseconds the newest line lagged, and the times between two answers. */
async function watch(url: string, number: number): Promise<{ behind: number[]; gaps: number[] }> {
  const behind: number[] = [];
  const gaps: number[] = [];
  let lastAt: number | null = null;
  let last = 0;
  let isDue = false;
  let fetching: Promise<void> | null = null;
  const fetchMore = async () => {
    do {
      isDue = false;
      const answer = await fetch(`${url}/ui/jobs/${number}/log?from=${last + 1}&following=true`);
      const html = await answer.text();
      last = Number([...html.matchAll(/<li id="L(\d+)"/g)].at(-1)?.[1] ?? last);
      isDue ||= last < Number(answer.headers.get('x-log-lines'));
      note([...html.matchAll(/ at (\d{13}) of the flood/g)].at(-1)?.[1]);
    } while (isDue);
  };
  const note = (newest: string | undefined) => {
    if (newest === undefined) return;
    const now = Date.now();
    behind.push(now - Number(newest));
    if (lastAt !== null) gaps.push(now - lastAt);
    lastAt = now;
  };
  const topics = `/ui/stream/telemetry?topics=log-${number}`;
  const request = http.get(url + topics, { agent: false }, (stream) => {
    stream.on('data', () => {
      isDue = true;
      fetching ??= fetchMore().finally(() => {
        fetching = null;
      });
    });
  });
  while (await isRunning(url, number)) await after(pollMs);
  request.destroy();
  await fetching;
  return { behind, gaps };
}

async function isRunning(url: string, number: number): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/operations/jobs/${number}`);
  const { status, failure } = (await answer.json()) as {
    status: string;
    failure: { message: string } | null;
  };
  if (failure) throw new Error(`The flood ended ${status}: ${failure.message}`);
  return status !== 'succeeded';
}
