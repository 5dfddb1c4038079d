// A backup of a whole library with its index: compared with `cp` and `sync` of the same bytes, and with itself while a worker
// embeds and another process writes every 5 ms.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backupOperation } from '../../src/backups/backup-operation.ts';
import { checkArguments } from '../../src/core/check-arguments.ts';
import { childEnvironment, type Config, packageRoot, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Args, Operation } from '../../src/core/operation.ts';
import { indexOperation } from '../../src/index/index-operation.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { endWithUs } from '../end-with-us.ts';
import { generateSheet } from './generate.ts';
import { insertRunningJob } from './repository.ts';
import { type BenchOptions, type Figure, median, type Workload } from './workload.ts';

export const backupWorkload: Workload = {
  name: 'backup',
  title: 'a backup of a whole library with its index, quiet and beside writers',
  run,
};

const rounds = 5;

async function run({ library }: BenchOptions): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const sheet = library ?? path.join(work, 'sheet');
    if (!library) generateSheet(sheet);
    const root = path.join(work, 'root');
    const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_IMPORT_ROOTS: path.dirname(sheet) }, '/');
    prepareLibrary(config.databasePath).library.close();
    prepareOps(config.opsDatabasePath).close();
    await runJob(config, importOperation, { path: sheet });
    await runJob(config, indexOperation, {});
    const quiet: number[] = [];
    const copied: number[] = [];
    for (let round = 0; round < rounds; round++) {
      quiet.push(await backUp(config));
      copied.push(copySynced(config, path.join(work, 'copy')));
    }
    const busy = await measureBusy(config);
    return figures(median(quiet), median(copied), median(busy), bytesOf(newestSet(config)));
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function figures(quietMs: number, copiedMs: number, busyMs: number, bytes: number): Figure[] {
  const size = `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return [
    {
      workload: `backup of ${size}, from start to exit of its script`,
      ours: `${quietMs.toFixed(0)} ms`,
      reference: `${copiedMs.toFixed(0)} ms (cp and sync)`,
      ratio: quietMs / copiedMs,
      target: '≤ 2',
      isMet: quietMs <= 2 * copiedMs,
    },
    {
      workload: 'the same while a worker embeds and a process writes every 5 ms',
      ours: `${busyMs.toFixed(0)} ms`,
      reference: `${quietMs.toFixed(0)} ms (quiet)`,
      ratio: busyMs / quietMs,
      target: '≤ 3',
      isMet: busyMs <= 3 * quietMs,
    },
  ];
}

async function backUp(config: Config): Promise<number> {
  const startedAt = performance.now();
  await runJob(config, backupOperation, {});
  return performance.now() - startedAt;
}

/** Copies the files of the newest set. */
function copySynced(config: Config, target: string): number {
  const set = newestSet(config);
  const startedAt = performance.now();
  execFileSync('cp', ['-r', set, target]);
  execFileSync('sync', filesIn(target));
  const ms = performance.now() - startedAt;
  fs.rmSync(target, { recursive: true });
  return ms;
}

async function measureBusy(config: Config): Promise<number[]> {
  const { library } = prepareLibrary(config.databasePath);
  library.exec(`UPDATE experiences SET embedding_status = 'pending'`);
  library.close();
  const others = [start(config, 'worker.js', [], {}), startWriter(config)];
  const [, writer] = others;
  await once(writer?.stdout ?? process.stdin, 'data');
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) busy.push(await backUp(config));
  for (const other of others) {
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
  }
  return busy;
}

function startWriter(config: Config): ChildProcess {
  const driver = path.join(packageRoot, 'dist/src/core/db/driver.js');
  const program = `
    const { connect } = await import(${JSON.stringify(driver)});
    const db = connect(${JSON.stringify(config.databasePath)}, { timeout: 60000 });
    const write = db.prepare('UPDATE categories SET description = ? WHERE code = (SELECT min(code) FROM categories)');
    let at = 0;
    setInterval(() => write.run('Text ' + (at += 1)), 5);
    console.log('ready');
  `;
  return start(config, null, ['--input-type=module', '-e', program], {});
}

type Environment = Record<string, string>;

function start(config: Config, script: string | null, args: string[], env: Environment): ChildProcess {
  const file = script === null ? [] : [path.join(packageRoot, 'dist/scripts', script)];
  const child = spawn(process.execPath, [...args, ...file], {
    env: childEnvironment(config, { CHL_LOG_LEVEL: 'silent', ...env }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  endWithUs(child);
  return child;
}

/** Runs the script for a job that is running, as a server would. */
async function runJob(config: Config, { name, args }: Operation, given: Args) {
  const ops = prepareOps(config.opsDatabasePath);
  const job = insertRunningJob(ops, name);
  ops.close();
  const child = start(config, `${name}.js`, [], { CHL_JOB: `${job}.1` });
  child.stdout?.resume();
  child.stdin?.end(JSON.stringify(checkArguments(args, given)));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The script ${name} ended with ${code}.`);
}

function newestSet({ backupPath }: Config): string {
  const sets = fs.readdirSync(backupPath).filter((name) => /^\d{8}T/.test(name));
  return path.join(backupPath, sets.sort().at(-1) ?? '');
}

function filesIn(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

function bytesOf(folder: string): number {
  return filesIn(folder).reduce((sum, file) => sum + fs.statSync(file).size, 0);
}
