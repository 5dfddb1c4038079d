// P5: the import script as a real child on a fresh data root, compared with `sqlite3 .import` of the same files.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { checkArguments } from '../../src/core/check-arguments.ts';
import { childEnvironment, type Config, packageRoot, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { exportWorkbook } from '../workbooks/libraries.ts';
import { generateSheet } from './generate.ts';
import { copyTables, insertRunningJob } from './repository.ts';
import { measureServerLag, type ServerLag } from './server-lag.ts';
import { type BenchOptions, type Figure, median, type Workload } from './workload.ts';

export const importWorkload: Workload = {
  name: 'import',
  title: 'P5, a whole library into an empty one, and the same again unchanged',
  run,
};

const rounds = 5;
const tables = { category: 'categories', experience: 'experiences', manual: 'category_manuals' } as const;

/** `cpuMs`: processor time, which other load on the machine hardly changes. */
export type Import = { ms: number; rows: number; peakBytes: number; cpuMs: number };

async function run({ library }: BenchOptions): Promise<Figure[]> {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  try {
    const sheet = library ?? path.join(work, 'sheet');
    if (!library) generateSheet(sheet);
    const hasReference = spawnSync('sqlite3', ['--version']).status === 0;
    const first: Import[] = [];
    const again: Import[] = [];
    const reference: number[] = [];
    const asWorkbook: Import[] = [];
    const workbook = path.join(work, 'library.xlsx');
    for (let round = 0; round < rounds; round++) {
      const root = path.join(work, `root-${round}`);
      first.push(await importInto(root, sheet));
      if (hasReference) reference.push(await importPlain(path.join(work, `plain-${round}.db`), root, sheet));
      again.push(await importInto(root, sheet));
      if (round === 0) await writeWorkbook(root, workbook);
      asWorkbook.push(await importInto(path.join(work, `book-${round}`), workbook));
    }
    const lag = await measureServerLag(path.join(work, 'served'), sheet, {
      operation: 'import',
      args: { path: sheet },
      reason: 'a bench',
      confirm: 'import',
    });
    return [...figures(first, again, reference), ...workbookFigures(asWorkbook, first), lagFigure(lag)];
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function figures(first: Import[], again: Import[], reference: number[]): Figure[] {
  const rows = first[0]?.rows ?? 0;
  const firstMs = median(first.map(({ ms }) => ms));
  const againMs = median(again.map(({ ms }) => ms));
  const peakMb = Math.max(...first.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  const referenceMs = reference.length > 0 ? median(reference) : null;
  const speed = referenceMs === null ? null : referenceMs / firstMs;
  const perSecond = (ms: number) => `${Math.round((rows / ms) * 1000)} rows/s`;
  return [
    {
      workload: 'import into an empty library',
      ours: perSecond(firstMs),
      reference: referenceMs === null ? 'sqlite3 is not installed' : perSecond(referenceMs),
      ratio: speed,
      target: '≥ 0.4',
      isMet: speed === null ? null : speed >= 0.4,
      note: 'sqlite3 .import into the same tables, keys and indexes, without our triggers; both from start to exit',
    },
    {
      workload: 'import again, unchanged',
      ours: `${againMs.toFixed(0)} ms`,
      reference: `${firstMs.toFixed(0)} ms (first)`,
      ratio: againMs / firstMs,
      target: '≤ 0.5',
      isMet: againMs <= 0.5 * firstMs,
    },
    {
      workload: 'import, peak memory of the child',
      ours: `${peakMb.toFixed(0)} MiB`,
      reference: '–',
      ratio: null,
      target: '≤ 300 MB',
      isMet: peakMb * 2 ** 20 <= 300e6,
    },
  ];
}

function workbookFigures(asWorkbook: Import[], asCsv: Import[]): Figure[] {
  const [bookMs, csvMs] = [asWorkbook, asCsv].map((all) => median(all.map(({ ms }) => ms))) as [
    number,
    number,
  ];
  const peakMb = Math.max(...asWorkbook.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  return [
    {
      workload: 'import of the same as a workbook',
      ours: `${bookMs.toFixed(0)} ms`,
      reference: `${csvMs.toFixed(0)} ms (CSV)`,
      ratio: bookMs / csvMs,
      target: '≤ 3',
      isMet: bookMs <= 3 * csvMs,
    },
    {
      workload: 'import of a workbook, peak memory of the child',
      ours: `${peakMb.toFixed(0)} MiB`,
      reference: '–',
      ratio: null,
      target: '≤ 400 MiB',
      isMet: peakMb <= 400,
    },
  ];
}

function lagFigure({ busyMs, idleMs, jobMs }: ServerLag): Figure {
  return {
    workload: 'import, longest stall of the server',
    ours: `${busyMs.toFixed(1)} ms`,
    reference: `${idleMs.toFixed(1)} ms (idle)`,
    ratio: null,
    target: '≤ 25 ms',
    isMet: busyMs <= 25,
    note: `during ${(jobMs / 1000).toFixed(1)} s of import, with one client on the stream`,
  };
}

/** Measures from start to exit. Creates the data root first, if it is missing. */
export async function importInto(root: string, sheet: string): Promise<Import> {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_IMPORT_ROOTS: path.dirname(sheet) }, '/');
  const jobId = prepare(config);
  const startedAt = performance.now();
  const child = startImport(config, jobId);
  child.stdin?.end(JSON.stringify(checkArguments(importOperation.args, { path: sheet })));
  const [messages, peak, log] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stdio[4] as Readable),
    text(child.stderr as Readable),
    endOf(child),
  ]);
  const ms = performance.now() - startedAt;
  if (child.exitCode !== 0) throw new Error(`The import ended with ${child.exitCode}: ${log}`);
  const { data } = messages
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ type }) => type === 'result');
  return { ms, rows: data.categories + data.experiences + data.manuals, ...JSON.parse(peak) };
}

async function writeWorkbook(root: string, file: string) {
  const db = openDatabase(path.join(root, 'chl.db'), { busyMs: 0 });
  await exportWorkbook(createLibrary(db), file);
  db.close();
}

function prepare(config: Config): string {
  prepareLibrary(config.databasePath).library.close();
  const ops = prepareOps(config.opsDatabasePath);
  const jobId = insertRunningJob(ops, 'import');
  ops.close();
  return jobId;
}

function startImport(config: Config, jobId: string): ChildProcess {
  const compiled = (file: string) => path.join(packageRoot, 'dist/scripts', file);
  return spawn(process.execPath, ['--import', compiled('bench/peak-memory.js'), compiled('import.js')], {
    env: childEnvironment(config, { CHL_JOB: `${jobId}.1`, CHL_MESSAGE_FD: '3' }),
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
}

async function importPlain(file: string, root: string, sheet: string): Promise<number> {
  const library = openDatabase(path.join(root, 'chl.db'), { busyMs: 0 });
  const plain = openDatabase(file, { busyMs: 0 });
  copyTables(library, plain);
  plain.close();
  library.close();
  const imports = tabs.map(
    (tab) => `.import --csv --skip 1 "${path.join(sheet, tab.file)}" ${tables[tab.kind]}`,
  );
  const startedAt = performance.now();
  const child = spawn('sqlite3', [file, 'PRAGMA synchronous = FULL', ...imports], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await endOf(child);
  if (child.exitCode !== 0) throw new Error(`sqlite3 ended with ${child.exitCode}.`);
  return performance.now() - startedAt;
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}
