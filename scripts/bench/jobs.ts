// P3: durable, recorded jobs of the program `true`, compared with a bare spawn with the same wrapper and pipes. P10: a
// script that does nothing, compared with `node -e 0`.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { packageRoot, readConfig } from '../../src/core/config.ts';
import { createSilentLog } from './silent-log.ts';
import { jobs } from '../../src/jobs/feature.ts';
import { isTerminal } from '../../src/jobs/job.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { exportOperation } from '../../src/exports/export-operation.ts';
import { wrapCommand } from '../../src/runner/child.ts';
import { findInPath } from '../../src/runner/executables.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const jobsWorkload: Workload = {
  name: 'jobs',
  title: 'P3, 300 jobs of `true`, 1 and 2 at once; P10, a script that does nothing',
  run,
};

const count = 300;
const rounds = 3;
const script = path.join(packageRoot, 'dist/scripts/bench/nothing.js');
const trueFile = findInPath('true') ?? '/bin/true';
/** Starts a program as the runner does: tracked alike, behind a gate, dying with its parent. */
const wrapper = wrapCommand([trueFile], { cwd: '/', env: {}, marker: 'bench.1', root: '/nowhere' }, 'auto');

const fivePipes: 'pipe'[] = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'];

async function run(): Promise<Figure[]> {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-')));
  const app = await startApp(root);
  try {
    await spread(20, 1, () => runJob(app));
    const figures = [];
    for (const atOnce of [1, 2]) figures.push(...(await measureJobs(app, atOnce)));
    return [...figures, await measureScript()];
  } finally {
    await app.close();
    fs.rmSync(root, { recursive: true });
  }
}

/** The server with one operation that claims no lock and runs `true`. */
async function startApp(root: string): Promise<App> {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0' }, '/');
  const operation = {
    ...exportOperation,
    name: 'true',
    locks: () => [],
    script: { command: [trueFile] as [string], env: [] },
  };
  const app = await createApp(config, {
    ...createSilentLog(config),
    catalogue: createCatalogue([operation]),
  });
  await app.start();
  return app;
}

type Times = { perSecond: number; medianMs: number };

async function measureJobs(app: App, atOnce: number): Promise<Figure[]> {
  const ours: Times[] = [];
  const bare: Times[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await spread(count, atOnce, () => runJob(app)));
    bare.push(await spread(count, atOnce, () => runBare(wrapper.argv, wrapper.stdio)));
  }
  const [our, their] = [ours, bare].map((times) => ({
    perSecond: median(times.map(({ perSecond }) => perSecond)),
    ms: median(times.map(({ medianMs }) => medianMs)),
  })) as [{ perSecond: number; ms: number }, { perSecond: number; ms: number }];
  const ratio = our.perSecond / their.perSecond;
  return [
    {
      workload: `${count} jobs of true, ${atOnce} at once`,
      ours: `${our.perSecond.toFixed(0)} jobs/s`,
      reference: `${their.perSecond.toFixed(0)} spawns/s`,
      ratio,
      target: atOnce === 2 ? '≥ 0.6' : '–',
      isMet: atOnce === 2 ? ratio >= 0.6 : null,
    },
    {
      workload: `enqueue to finished, ${atOnce} at once`,
      ours: `${our.ms.toFixed(1)} ms`,
      reference: `${their.ms.toFixed(1)} ms`,
      ratio: our.ms / their.ms,
      target: '≤ bare + 5 ms',
      isMet: our.ms <= their.ms + 5,
    },
  ];
}

async function measureScript(): Promise<Figure> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 21; round++) {
    ours.push((await spread(1, 1, () => runBare([process.execPath, script], fivePipes))).medianMs);
    bare.push((await spread(1, 1, () => runBare([process.execPath, '-e', '0'], fivePipes))).medianMs);
  }
  const ratio = median(ours) / median(bare);
  return {
    workload: 'a script that does nothing',
    ours: `${median(ours).toFixed(1)} ms`,
    reference: `${median(bare).toFixed(1)} ms (node -e 0)`,
    ratio,
    target: '≤ 1.5',
    isMet: ratio <= 1.5,
  };
}

async function spread(times: number, atOnce: number, work: () => Promise<void>): Promise<Times> {
  const each: number[] = [];
  let left = times;
  const startedAt = performance.now();
  const lane = async () => {
    while (left-- > 0) {
      const at = performance.now();
      await work();
      each.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { perSecond: (times / (performance.now() - startedAt)) * 1000, medianMs: median(each) };
}

/** Measures from the request until the end is announced; both are on disk then. */
async function runJob(app: App): Promise<void> {
  const { bus } = app;
  const { jobs: verbs } = app.use(jobs);
  const ended = new Map<string, string>();
  let look = () => {};
  const note = ({ id, status }: { id: string; status: Parameters<typeof isTerminal>[0] }) => {
    if (isTerminal(status)) ended.set(id, status);
    look();
  };
  bus.on('job', note);
  const { id } = await verbs.submit({ operation: 'true', args: {} }, systemRequester);
  await new Promise<void>((resolve) => {
    look = () => ended.has(id) && resolve();
    look();
  });
  bus.off('job', note);
  if (ended.get(id) !== 'succeeded')
    throw new Error(`A job of true ended ${ended.get(id)}: ${verbs.find(id).failure?.message}`);
}

function runBare([file = '', ...args]: string[], stdio: ('pipe' | 'ignore')[]): Promise<void> {
  const child = spawn(file, args, { detached: true, stdio });
  for (const stream of child.stdio) stream?.on('error', () => {}).on('data', () => {});
  (child.stdio[4] as NodeJS.WritableStream).write('1 bench.1\n');
  child.stdin?.end('{}');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`It ended with ${code}.`))));
  });
}
