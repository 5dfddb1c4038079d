// The audit log with a million rows: the check of its chain in a child, the server's lag meanwhile, and the page compared with a
// log of a thousand rows.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { startServer } from './process.ts';
import { insertAuditRows } from './repository.ts';
import { measureServerLag, type ServerLag } from './server-lag.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const auditWorkload: Workload = {
  name: 'audit',
  title: 'the audit log with 1,000,000 rows: its check, and its page compared with 1,000 rows',
  run,
};

const [few, many] = [1000, 1_000_000] as const;
const rounds = 3;
const pageRounds = 9;
const requests = 41;
const checkMaxMs = 5000;
const lagMaxMs = 20;

async function run(): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const roots = [few, many].map((rows) => fill(path.join(work, String(rows)), rows));
    const lags: ServerLag[] = [];
    for (let round = 0; round < rounds; round++)
      lags.push(
        await measureServerLag(roots[1] ?? '', work, {
          operation: 'audit-check',
          args: {},
        }),
      );
    return [...checkFigures(lags), await pageFigure(roots)];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function fill(root: string, rows: number): string {
  const ops = prepareOps(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/').opsDatabasePath);
  insertAuditRows(ops, rows);
  ops.close();
  return root;
}

function checkFigures(lags: ServerLag[]): Figure[] {
  const jobMs = median(lags.map((lag) => lag.jobMs));
  const p99Ms = median(lags.map((lag) => lag.busyP99Ms));
  const idleMs = median(lags.map((lag) => lag.idleMs));
  const longest = Math.max(...lags.map((lag) => lag.busyMs));
  return [
    {
      workload: 'audit check of 1,000,000 rows, enqueue to finished',
      ours: `${(jobMs / 1000).toFixed(2)} s`,
      reference: '–',
      ratio: null,
      target: `≤ ${checkMaxMs / 1000} s`,
      isMet: jobMs <= checkMaxMs,
    },
    {
      workload: 'audit check, lag of the server, p99',
      ours: `${p99Ms.toFixed(1)} ms`,
      reference: `${idleMs.toFixed(1)} ms (longest, idle)`,
      ratio: null,
      target: `≤ ${lagMaxMs} ms`,
      isMet: p99Ms <= lagMaxMs,
      note: `the longest stall of ${rounds} rounds took ${longest.toFixed(1)} ms`,
    },
  ];
}

/** Takes turns, so that a disturbance affects both. */
async function pageFigure(roots: string[]): Promise<Figure> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const places: { origin: string; end(): Promise<void>; times: number[] }[] = [];
  try {
    for (const root of roots) places.push({ ...(await startServer(root)), times: [] });
    for (let round = -1; round < pageRounds; round++)
      for (const { origin, times } of places)
        for (let request = 0; request < requests; request++) {
          const startedAt = performance.now();
          await fetchPage(agent, `${origin}/audit`);
          if (round >= 0) times.push(performance.now() - startedAt);
        }
  } finally {
    agent.destroy();
    for (const { end } of places) await end();
  }
  const [small, large] = places.map(({ times }) => median(times)) as [number, number];
  return {
    workload: '/audit, 1,000,000 rows',
    ours: `${large.toFixed(2)} ms`,
    reference: `${small.toFixed(2)} ms (1,000 rows)`,
    ratio: large / small,
    target: '≤ 1.2',
    isMet: large <= 1.2 * small,
  };
}

function fetchPage(agent: http.Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent, headers: { accept: 'text/html' } }, (response) => {
        if (response.statusCode === 200) void text(response).then(resolve, reject);
        else reject(new Error(`${url} answered ${response.statusCode}.`));
      })
      .once('error', reject);
  });
}
