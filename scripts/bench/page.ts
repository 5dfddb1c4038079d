// P1: the dashboard and the list of jobs with a history of 1,000, 100,000 and 1,000,000 jobs, compared with a Fastify route
// that sends the same bytes prebuilt; each server runs in a separate process.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { startServer, startTalker } from './process.ts';
import { insertHistory } from './repository.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const pageWorkload: Workload = {
  name: 'page',
  title: 'P1, GET /operations and /jobs with a history of 1,000, 100,000 and 1,000,000 jobs',
  run,
};

const sizes = [1000, 100_000, 1_000_000];
const rounds = 9;
const requests = 41;
const warmUps = 30;

type Place = { name: string; get(): Promise<Buffer>; times: number[] };

async function run(): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const servers: { end(): unknown }[] = [];
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const origins: string[] = [];
    for (const jobs of sizes) {
      const server = await startWith(path.join(work, String(jobs)), jobs);
      servers.push(server);
      origins.push(server.origin);
    }
    const pages: Record<string, string> = {};
    for (const page of ['/operations', '/jobs'])
      pages[page] = String(await fetchBytes(agent, origins.at(-1) + page));
    const prebuilt = startTalker('prebuilt-server.js', []);
    servers.push(prebuilt);
    const { origin } = await prebuilt.ask({ pages });
    const figures: Figure[] = [];
    for (const page of Object.keys(pages)) figures.push(...(await measure(agent, page, origins, origin)));
    return figures;
  } finally {
    agent.destroy();
    for (const server of servers) await server.end();
    fs.rmSync(work, { recursive: true });
  }
}

/** Takes turns, so that a disturbance affects all measurements. */
async function measure(agent: http.Agent, page: string, origins: string[], reference: string) {
  const places: Place[] = [...origins, reference].map((origin, at) => ({
    name: at < sizes.length ? String(sizes[at]) : 'prebuilt',
    get: () => fetchBytes(agent, origin + page),
    times: [],
  }));
  for (let round = -1; round < rounds; round++) {
    for (const place of places) {
      for (let at = 0; at < (round < 0 ? warmUps : requests); at++) {
        const startedAt = performance.now();
        await place.get();
        if (round >= 0) place.times.push(performance.now() - startedAt);
      }
    }
  }
  const [small, middle, large, bytes] = places.map(({ times }) => times) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const million = median(large);
  const p99 = large.toSorted((a, b) => a - b)[Math.floor(large.length * 0.99)] ?? Number.NaN;
  return [
    figure(`${page}, 100,000 jobs`, median(middle), median(small), 1.2, '1,000 jobs'),
    figure(`${page}, 1,000,000 jobs`, million, median(small), 1.2, '1,000 jobs'),
    figure(`${page}, 1,000,000 jobs`, million, median(bytes), 3, 'prebuilt'),
    figure(`${page}, 1,000,000 jobs, p99`, p99, million, 5, 'median'),
  ];
}

function figure(workload: string, ms: number, referenceMs: number, most: number, reference: string): Figure {
  return {
    workload,
    ours: `${ms.toFixed(2)} ms`,
    reference: `${referenceMs.toFixed(2)} ms (${reference})`,
    ratio: ms / referenceMs,
    target: `≤ ${most}`,
    isMet: ms <= most * referenceMs,
  };
}

async function startWith(root: string, jobs: number) {
  const ops = prepareOps(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/').opsDatabasePath);
  insertHistory(ops, jobs);
  ops.close();
  return startServer(root, { CHL_OPERATIONS_MODE: 'noop' });
}

function fetchBytes(agent: http.Agent, url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(
        url,
        { agent, headers: { accept: 'text/html' } },
        (response) => void buffer(response).then(resolve, reject),
      )
      .once('error', reject);
  });
}
