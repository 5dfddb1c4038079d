// Real worker processes with pool, watch and operator commands, but without pages; with short times, on a separate data
// root.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pino } from 'pino';
import { createRedactor } from '../../src/core/redaction.ts';
import { createAudit, type Requester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { packageRoot, readConfig } from '../../src/core/config.ts';
import { createBusyRetry } from '../../src/core/db/busy-retry.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { createPool } from '../../src/workers/pool.ts';
import { poolTimes } from '../../src/workers/pool-slot.ts';
import { createWorkers } from '../../src/workers/control.ts';
import { createPatientQueue } from '../../src/workers/patient-queue.ts';
import { createWorkerRepository } from '../../src/workers/repository.ts';
import { createWorkerWatch } from '../../src/workers/watch.ts';
import { createEntries } from './entries.ts';
import { type Told, toldFile, toldModel } from './told.ts';

export type WorkerRig = Awaited<ReturnType<typeof openRig>>;

export const rigOperator: Requester = {
  actor: 'dana',
  role: 'admin',
  peer: '127.0.0.1',
  requestId: 'r1',
  reason: null,
};
const rigTimes = { lookMs: 25, lostMs: 600 };

const retry = { maxMs: 10_000, everyMs: 10 };
const waitMaxMs = 15_000;
const toldScript = path.join(packageRoot, 'dist/scripts/chaos/embeds-as-told.js');

type RigOptions = {
  root: string;
  workers: number;
  /** A library that another rig shares. */
  databasePath?: string;
  told?: Told;
  failedStartMs?: number;
  registerMaxMs?: number;
};

/** Starts the workers; `close` ends them. */
export async function openRig(options: RigOptions) {
  const { root, told = { msPerEntry: 1 } } = options;
  fs.mkdirSync(root, { recursive: true });
  writeTold(root, told);
  const rig = createParts(options);
  const { ops, library, queue, workers, watch, pool } = rig;
  const byHand = createWorkersByHand(root);
  await queue.useModel(toldModel);
  await watch.start();
  await pool.start();

  return {
    ...rig,
    entries: createEntries(library),
    tell: (anew: Told) => writeTold(root, anew),
    startByHand: byHand.start,
    pending: async () => (await queue.counts()).pending.total,

    /** Settles when the condition holds; checks it after each event and every few milliseconds. */
    async until(words: string, test: () => boolean | Promise<boolean>): Promise<void> {
      const deadline = performance.now() + waitMaxMs;
      while (!(await test())) {
        if (performance.now() > deadline)
          throw new Error(`not ${words} in time: ${JSON.stringify(workers.view())}`);
        await after(10);
      }
    },

    /** Ends the workers and closes the databases. */
    async close() {
      await byHand.kill();
      await pool.stop();
      await watch.stop();
      library.close();
      ops.close();
    },
  };
}

function createParts({ root, workers: count, databasePath, ...times }: RigOptions) {
  const { failedStartMs = 0, registerMaxMs = waitMaxMs } = times;
  const env = { CHL_EXPERIENCE_ROOT: root, CHL_WORKERS: String(count) };
  const config = readConfig(databasePath ? { ...env, CHL_DATABASE_PATH: databasePath } : env, root);
  const now = () => new Date();
  const ops = prepareOps(config.opsDatabasePath);
  const { library } = prepareLibrary(config.databasePath);
  const bus = createBus();
  const untilFree = createBusyRetry(retry);
  const repository = createWorkerRepository(ops, now);
  const impatient = createSqliteQueue(library);
  const queue = createPatientQueue(impatient, retry);
  const log = pino({ level: 'silent' });
  const audit = createAudit(ops, now, createRedactor(config), bus, (error) => log.error(error));
  const shared = { repository, queue, audit, bus, log, untilFree, now };
  const watch = createWorkerWatch({ ...shared, queue: impatient, times: rigTimes });
  const pool = createPool({
    ...shared,
    config,
    command: [process.execPath, toldScript],
    times: { ...poolTimes, backOffMs: 20, failedStartMs, registerMaxMs },
    onEnd: watch.reportEnd,
    onStatements() {},
  });
  const workers = createWorkers({ ...shared, config, pool });
  return { config, ops, library, bus, untilFree, repository, queue, workers, watch, pool };
}

/** Workers like `npm run worker`, outside of the pool. */
function createWorkersByHand(root: string) {
  const children = new Set<ChildProcess>();
  return {
    start(): ChildProcess {
      const child = spawn(process.execPath, [toldScript], {
        env: { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: root },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },

    async kill() {
      for (const child of children) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

function writeTold(root: string, told: Told) {
  fs.writeFileSync(`${toldFile(root)}.new`, JSON.stringify(told));
  fs.renameSync(`${toldFile(root)}.new`, toldFile(root));
}
