// P9 and recovery: the time from the start of the program to its first 200 from /health, with a long history and the jobs
// that a killed server left running, compared with a start without both.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { childEnvironment, type Config, packageRoot, readConfig } from '../../src/core/config.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { insertHistory, insertRunningJob } from './repository.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const startWorkload: Workload = {
  name: 'start',
  title: 'P9, start and recovery with a history of 10,000 and of 1,000,000 jobs',
  run,
};

const rounds = 5;
/** The default number of concurrent jobs. */
const leftRunning = 8;

async function run(): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const none = makeRoot(path.join(work, 'none'), 0);
    const some = makeRoot(path.join(work, 'some'), 10_000);
    const many = makeRoot(path.join(work, 'many'), 1_000_000);
    const times = new Map([none, some, many].map((config) => [config, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [config, each] of times) {
        if (config !== none) leaveRunning(config);
        each.push(await timeStart(config));
      }
    }
    const ms = (config: Config) => median(times.get(config) ?? []);
    return [
      figure('start and recovery, 10,000 jobs of history', ms(some), ms(none), 2000, null),
      figure('start and recovery, 1,000,000 jobs of history', ms(many), ms(none), 1500, 1.2),
    ];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function figure(
  workload: string,
  ms: number,
  noneMs: number,
  maxMs: number,
  maxRatio: number | null,
): Figure {
  return {
    workload,
    ours: `${ms.toFixed(0)} ms`,
    reference: `${noneMs.toFixed(0)} ms (none)`,
    ratio: ms / noneMs,
    target: `≤ ${maxMs / 1000} s${maxRatio === null ? '' : `, ≤ ${maxRatio}`}`,
    isMet: ms <= maxMs && (maxRatio === null || ms <= maxRatio * noneMs),
    note: `each start settles ${leftRunning} jobs of a killed server; the reference has neither jobs nor history`,
  };
}

function makeRoot(root: string, jobs: number): Config {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0' }, '/');
  prepareLibrary(config.databasePath).library.close();
  const ops = prepareOps(config.opsDatabasePath);
  if (jobs > 0) insertHistory(ops, jobs);
  ops.close();
  return config;
}

function leaveRunning(config: Config) {
  const ops = openDatabase(config.opsDatabasePath, { busyMs: 0 });
  for (let job = 0; job < leftRunning; job++) insertRunningJob(ops, 'import');
  ops.close();
}

/** Kills the server after its answer. */
async function timeStart(config: Config): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/src/main.js')], {
    env: childEnvironment(config, { CHL_PORT: '0', CHL_LOG_LEVEL: 'silent' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    const { status } = await fetch(`${await readAddress(child)}/health`);
    if (status !== 200) throw new Error(`/health answered ${status}.`);
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** Returns the first address that a starting server prints on stderr. */
export async function readAddress({ stderr }: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of stderr ?? []) {
    said += chunk;
    const [address] = /http:\/\/[^/]+/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`The server ended before it listened: ${said}`);
}
