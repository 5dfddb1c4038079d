// The log at 20,000 kept lines a second: the lag of the server's event loop meanwhile, compared with the same server at rest; the
// size of log.db; and the lines that were not kept.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/core/config.ts';
import { formatBytes, formatNumber } from '../../src/core/format.ts';
import { logStore } from '../../src/log-store/feature.ts';
import { measureStalls } from './server-lag.ts';
import { createSilentLog } from './silent-log.ts';
import { type Figure, median, type Workload } from './workload.ts';

export const logWorkload: Workload = {
  name: 'log',
  title: 'the log with 20,000 lines a second for 10 s',
  run,
};

const perSecond = 20_000;
const seconds = 10;
const everyMs = 5;
const rounds = 3;
const lagMaxMs = 50;
const maxMib = 32;

type Round = { busyMs: number; idleMs: number; dropped: number; bytes: number };

async function run(): Promise<Figure[]> {
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await measure());
  const busyMs = median(measured.map((one) => one.busyMs));
  const idleMs = median(measured.map((one) => one.idleMs));
  const dropped = measured.map((one) => one.dropped);
  const bytes = Math.max(...measured.map((one) => one.bytes));
  return [
    {
      workload: `loop lag p99 at ${formatNumber(perSecond)} lines/s`,
      ours: `${busyMs.toFixed(1)} ms`,
      reference: `${idleMs.toFixed(1)} ms at rest`,
      ratio: busyMs / idleMs,
      target: `≤ ${lagMaxMs} ms`,
      isMet: busyMs <= lagMaxMs,
      note: `not kept of ${formatNumber(perSecond * seconds)}: ${dropped.map(formatNumber).join(', ')}`,
    },
    {
      workload: 'log.db meanwhile',
      ours: formatBytes(bytes),
      reference: '–',
      ratio: null,
      target: `≤ ${maxMib} MiB`,
      isMet: bytes <= maxMib * 1024 * 1024,
    },
  ];
}

async function measure(): Promise<Round> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-bench-'));
  const env = { CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_WORKERS: '0', CHL_KEPT_LOG_MB: String(maxMib) };
  const config = readConfig(env, '/');
  const app = await createApp(config, createSilentLog(config));
  try {
    await app.start();
    const idle = await measureStalls(() => writeLines(app, 0, () => {}));
    let bytes = 0;
    const look = () => {
      bytes = Math.max(bytes, sizeOf(root));
    };
    const busy = await measureStalls(() => writeLines(app, perSecond, look));
    const { dropped } = app.use(logStore).logStore.state();
    return { busyMs: busy.p99Ms, idleMs: idle.p99Ms, dropped: dropped.all.lines, bytes };
  } finally {
    await app.close();
    fs.rmSync(root, { recursive: true });
  }
}

/** Lines as the server writes them, evenly over the time. */
function writeLines({ log }: App, rate: number, look: () => void): Promise<void> {
  const startedAt = performance.now();
  let written = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const ms = performance.now() - startedAt;
      for (; written < (ms / 1000) * rate; written++)
        log.warn({ number: written % 500, operation: 'import', rows: written }, 'a row was not imported');
      look();
      if (ms < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, everyMs);
  });
}

function sizeOf(root: string): number {
  const files = ['log.db', 'log.db-wal'].map((name) => path.join(root, name));
  return files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
