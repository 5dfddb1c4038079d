// P1: the dashboard and the list of jobs with a history of 1,000, 100,000 and 1,000,000 jobs, beside a Fastify route that
// sends the same bytes prebuilt.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import fastify from 'fastify';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { prepareOps } from '../../src/db/ops.ts';
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
  const apps: App[] = [];
  const prebuilt = fastify();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const figures: Figure[] = [];
    const origins: string[] = [];
    for (const jobs of sizes) {
      const app = await startWith(path.join(work, String(jobs)), jobs);
      apps.push(app.app);
      origins.push(app.origin);
    }
    const pages = ['/operations', '/jobs'];
    for (const page of pages) {
      const bytes = await fetchBytes(agent, origins.at(-1) + page);
      prebuilt.get(page, (_request, reply) => reply.type('text/html; charset=utf-8').send(bytes));
    }
    const reference = await prebuilt.listen({ port: 0, host: '127.0.0.1' });
    for (const page of pages) figures.push(...(await measure(agent, page, origins, reference)));
    return figures;
  } finally {
    agent.destroy();
    await prebuilt.close();
    for (const app of apps) await app.close();
    fs.rmSync(work, { recursive: true });
  }
}

/** One round after the other, so that what disturbs one place disturbs all. */
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

async function startWith(root: string, jobs: number): Promise<{ app: App; origin: string }> {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_OPERATIONS_MODE: 'noop' }, '/');
  const ops = prepareOps(config.opsDatabasePath);
  insertHistory(ops, jobs);
  ops.close();
  const app = await createApp(config, { log: pino({ level: 'silent' }) });
  return { app, origin: await app.start() };
}

function fetchBytes(agent: http.Agent, url: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent, headers: { accept: 'text/html' } }, async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part as Buffer);
        resolve(Buffer.concat(parts));
      })
      .once('error', reject);
  });
}
