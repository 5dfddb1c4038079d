// Real worker processes with pool, watch and operator commands, but without pages; with short times, on a separate data
// root.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pino } from 'pino';
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

export const rigOperator: Requester = { actor: 'dana', peer: '127.0.0.1', requestId: 'r1' };
const rigTimes = { lookMs: 25, lostMs: 600 };

const retry = { maxMs: 10_000, everyMs: 10 };
const waitMaxMs = 15_000;
const toldScript = path.join(packageRoot, 'dist/scripts/chaos/embeds-as-told.js');

/** Starts the workers; `close` ends them. `databasePath`: a library that another rig shares. */
export async function openRig(options: {
  root: string;
  workers: number;
  databasePath?: string;
  told?: Told;
  failedStartMs?: number;
  registerMaxMs?: number;
}) {
  const {
    root,
    workers: count,
    databasePath,
    told = { msPerEntry: 1 },
    failedStartMs = 0,
    registerMaxMs = waitMaxMs,
  } = options;
  const env = { CHL_EXPERIENCE_ROOT: root, CHL_WORKERS: String(count) };
  const config = readConfig(databasePath ? { ...env, CHL_DATABASE_PATH: databasePath } : env, root);
  const tell = (anew: Told) => {
    fs.writeFileSync(`${toldFile(root)}.new`, JSON.stringify(anew));
    fs.renameSync(`${toldFile(root)}.new`, toldFile(root));
  };
  fs.mkdirSync(root, { recursive: true });
  tell(told);
  const now = () => new Date();
  const ops = prepareOps(config.opsDatabasePath);
  const { library } = prepareLibrary(config.databasePath);
  const bus = createBus();
  const untilFree = createBusyRetry(retry);
  const repository = createWorkerRepository(ops, now);
  const impatient = createSqliteQueue(library);
  const queue = createPatientQueue(impatient, retry);
  const audit = createAudit(ops, now);
  const log = pino({ level: 'silent' });
  const shared = { repository, queue, audit, bus, log, untilFree, now };
  const watch = createWorkerWatch({ ...shared, queue: impatient, times: rigTimes });
  const command = [process.execPath, toldScript];
  const pool = createPool({
    ...shared,
    config,
    command,
    times: { ...poolTimes, backOffMinMs: 20, failedStartMs, registerMaxMs },
    onEnd: watch.reportEnd,
  });
  const workers = createWorkers({ ...shared, pool });
  const entries = createEntries(library);
  const byHand = new Set<ChildProcess>();
  await queue.useModel(toldModel);
  await watch.start();
  await pool.start();

  return {
    config,
    ops,
    library,
    bus,
    untilFree,
    repository,
    queue,
    workers,
    watch,
    pool,
    entries,
    tell,

    /** Settles when the condition holds; checks it after each event and every few milliseconds. */
    async until(words: string, test: () => boolean | Promise<boolean>): Promise<void> {
      const deadline = performance.now() + waitMaxMs;
      while (!(await test())) {
        if (performance.now() > deadline)
          throw new Error(`not ${words} in time: ${JSON.stringify(workers.view())}`);
        await after(10);
      }
    },

    /** Starts a worker like `npm run worker`, outside of the pool. */
    startByHand(): ChildProcess {
      const environment = { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: root };
      const child = spawn(process.execPath, [toldScript], {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      byHand.add(child);
      child.once('exit', () => byHand.delete(child));
      return child;
    },

    pending: async () => (await queue.counts()).pending.total,

    /** Ends the workers and closes the databases. */
    async close() {
      for (const child of byHand) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await pool.stop();
      await watch.stop();
      library.close();
      ops.close();
    },
  };
}
