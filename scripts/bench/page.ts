// P1: the dashboard and the list of jobs with a history of 1,000, 100,000 and 1,000,000 jobs, compared with a Fastify route
// that sends the same bytes prebuilt; each server runs in a separate process.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { startServer, startTalker } from './process.ts';
import { fetchBytes, figureOf, timeInTurns } from './page-time.ts';
import { insertHistory } from './repository.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const pageWorkload: Workload = {
  name: 'page',
  title: 'P1, GET /operations and /jobs with a history of 1,000, 100,000 and 1,000,000 jobs',
  run,
};

const sizes = [1000, 100_000, 1_000_000];

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

async function measure(agent: http.Agent, page: string, origins: string[], reference: string) {
  const addresses = [...origins, reference].map((origin) => origin + page);
  const [small, middle, large, bytes] = (await timeInTurns(agent, addresses)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const million = median(large);
  const p99 = large.toSorted((a, b) => a - b)[Math.floor(large.length * 0.99)] ?? Number.NaN;
  return [
    figureOf(`${page}, 100,000 jobs`, median(middle), median(small), 1.2, '1,000 jobs'),
    figureOf(`${page}, 1,000,000 jobs`, million, median(small), 1.2, '1,000 jobs'),
    figureOf(`${page}, 1,000,000 jobs`, million, median(bytes), 3, 'prebuilt'),
    figureOf(`${page}, 1,000,000 jobs, p99`, p99, million, 5, 'median'),
  ];
}

async function startWith(root: string, jobs: number) {
  const ops = prepareOps(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/').opsDatabasePath);
  insertHistory(ops, jobs);
  ops.close();
  return startServer(root, { CHL_OPERATIONS_MODE: 'noop' });
}
