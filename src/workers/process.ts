// A worker as a process: takes a name, works until it is asked to stop or its server is gone, gives back what it has
// claimed, says goodbye. Started by the pool of a server (its marker names it) or by hand.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { Socket } from 'node:net';
import os from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import { type Config, readScriptEnvironment } from '../core/config.ts';
import { createBusyRetry } from '../core/db/busy-retry.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { openedByUse } from '../embedding/choose.ts';
import type { Model } from '../embedding/embedder.ts';
import { createSqliteQueue } from '../embedding/sqlite-queue.ts';
import { AppError } from '../core/errors.ts';
import { identify } from '../runner/processes.ts';
import { plural } from '../core/format.ts';
import { freeNames } from './names.ts';
import { createPatientQueue } from './patient-queue.ts';
import { createWorkerRepository, type WorkerRepository } from './repository.ts';
import { createWorker, type WorkerOptions } from './worker.ts';

/** SQLite itself waits for a moment only; then the worker does. */
const busyMs = 50;
const busyRetry = { maxMs: 120_000, everyMs: 50 };
/** The batch in hand gets this long when the worker is to stop; then it is given back. */
const quitMs = 3000;
/** What cannot be given back in this time, e.g. during an import, is free when its lease has ended. */
const leaveMs = 2000;

/** Settles when the worker has left. Throws `config` where no worker can work. */
export async function runWorkerProcess(
  config: Config,
  model: Model,
  pace: WorkerOptions['pace'] = {},
): Promise<void> {
  refuse(config);
  // Searches and pages go first: a worker has time.
  os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  const ops = openPatiently(config.opsDatabasePath);
  const library = openPatiently(config.databasePath);
  const now = () => new Date();
  const repository = createWorkerRepository(ops, now);
  const untilFree = createBusyRetry(busyRetry);
  const { job, messageFd } = readScriptEnvironment();
  const who = await untilFree(() => register(repository, job.id));
  const queue = createPatientQueue(createSqliteQueue(library), busyRetry);
  const worker = createWorker({
    ...who,
    queue,
    model: openedByUse(model, queue.useModel),
    repository,
    untilFree,
    now,
    say: (words) => process.stderr.write(`${words}\n`),
    pace,
  });
  if (job.id === '') process.stderr.write(`${who.name} embeds with ${model.words}. Ctrl+C ends it.\n`);
  const asked = untilAsked(messageFd);
  void asked.then(worker.stop);
  try {
    await Promise.race([worker.run(), asked.then(() => after(quitMs))]);
  } finally {
    await Promise.race([worker.leave(), after(leaveMs)]);
    library.close();
    ops.close();
  }
  const { processed, failed } = worker.told();
  process.stderr.write(
    `${who.name} ended: ${plural(processed, 'entry', 'entries')} embedded, ${failed} failed.\n`,
  );
}

/** To open may wait for whoever writes; later that would keep the heartbeat from going on. */
function openPatiently(file: string): Db {
  const db = openDatabase(file, { busyMs: scriptBusyMs });
  db.pragma(`busy_timeout = ${busyMs}`);
  return db;
}

function refuse({ root, mode, opsDatabasePath, databasePath }: Config) {
  if (mode === 'noop') {
    throw new AppError('config', 'Noop mode embeds nothing. Unset CHL_OPERATIONS_MODE to start a worker.');
  }
  if (fs.existsSync(opsDatabasePath) && fs.existsSync(databasePath)) return;
  throw new AppError(
    'config',
    `No server has used the data folder ${root} yet. Start it once with npm start, then start the worker.`,
  );
}

/** The pool has chosen a name; by hand it is the first that is free. */
function register(repository: WorkerRepository, chosen: string) {
  return repository.transaction(() => {
    const [free = ''] = freeNames(repository.living(), 1);
    const name = chosen || free;
    const claimant = `${name}/${randomUUID().slice(0, 8)}`;
    const owner = chosen ? 'server' : 'hand';
    repository.register({ name, claimant, owner, host: os.hostname() }, identify(process.pid));
    return { name, claimant };
  });
}

/** Asked by a signal, or by the end of the server: then the other end of its descriptor closes. */
function untilAsked(messageFd: number): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
    if (messageFd > 0)
      new Socket({ fd: messageFd })
        .on('error', () => {})
        .once('close', resolve)
        .resume();
  });
}
