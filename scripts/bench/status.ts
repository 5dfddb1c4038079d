// The pages of the status with 10,000 incidents and full tallies of the objectives, compared with 1,000 incidents and a day of
// tallies; each server runs in a separate process.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { declaredObjectives } from '../../src/objective-store/declared.ts';
import { fetchBytes, figureOf } from './page-time.ts';
import { startServer } from './process.ts';
import { type Filled, insertStatus } from './status-repository.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const statusWorkload: Workload = {
  name: 'status',
  title: 'the pages of the status with 10,000 incidents and 400 days of tallies',
  run,
};

const day = 86_400;
const names = declaredObjectives.map(({ name }) => name);
const small: Filled = { incidents: 1000, names, minutesSec: day, hoursSec: day };
/** As much as is kept. */
const large: Filled = { incidents: 10_000, names, minutesSec: 3 * day, hoursSec: 400 * day };
const pages = [
  '/objectives',
  '/objectives/edit',
  '/api/v1/objectives',
  '/incidents',
  '/incidents?q=disk',
  '/incidents?q=nothing-has-this',
  '/incidents/1',
  '/status',
  '/operations',
];
const rounds = 200;
const warmUps = 30;

async function run(): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const servers: { origin: string; end(): Promise<void> }[] = [];
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (const filled of [small, large])
      servers.push(await startWith(path.join(work, String(filled.incidents)), filled));
    const figures: Figure[] = [];
    for (const page of pages) figures.push(await measure(agent, servers, page));
    return figures;
  } finally {
    agent.destroy();
    for (const server of servers) await server.end();
    fs.rmSync(work, { recursive: true });
  }
}

/** In random order, so that neither server is always the one after a pause of the other. */
async function measure(agent: http.Agent, servers: { origin: string }[], page: string): Promise<Figure> {
  const { status } = await fetch((servers.at(-1)?.origin ?? '') + page, { headers: { accept: 'text/html' } });
  const times = servers.map(() => [] as number[]);
  for (let round = -warmUps; round < rounds; round++) {
    const order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    for (const at of order) {
      const startedAt = performance.now();
      await fetchBytes(agent, (servers[at]?.origin ?? '') + page);
      if (round >= 0) times[at]?.push(performance.now() - startedAt);
    }
  }
  const [few, many] = times.map(median) as [number, number];
  const reference = '1,000 incidents, a day';
  const figure = figureOf(`${page}, 10,000 incidents, 400 days`, many, few, 1.2, reference);
  return status === 200 ? figure : { ...figure, isMet: null, note: `it answers ${status}` };
}

async function startWith(root: string, filled: Filled) {
  const ops = prepareOps(readConfig({ CHL_EXPERIENCE_ROOT: root }, '/').opsDatabasePath);
  insertStatus(ops, filled);
  ops.close();
  return startServer(root, { CHL_OPERATIONS_MODE: 'noop' });
}
