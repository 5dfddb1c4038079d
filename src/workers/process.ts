// A worker as a process, started by the pool of a server (the marker is its name) or by hand.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { Socket } from 'node:net';
import os from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import { type Config, readScriptEnvironment } from '../core/config.ts';
import { busyLimits, createBusyRetry } from '../core/db/busy-retry.ts';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { inheritTraceparent } from '../core/trace.ts';
import { onStopSignal } from '../core/stop-signals.ts';
import { explain } from '../core/faults.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { openOnFirstUse } from '../embedding/choose.ts';
import { createCountedQueue } from '../embedding/counted-queue.ts';
import type { Model } from '../embedding/embedder.ts';
import { createEmbeddingRepository } from '../embedding/repository.ts';
import { createSqliteQueue } from '../embedding/sqlite-queue.ts';
import { createFlagReader } from '../flags/flag-reader.ts';
import { createFlagRepository } from '../flags/flag-repository.ts';
import { reportStatements } from '../log-store/script-trace.ts';
import { identify } from '../runner/processes.ts';
import { freeNames } from './names.ts';
import { createPatientQueue } from './patient-queue.ts';
import { createRecheck } from './recheck.ts';
import { createRecheckRepository } from './recheck-repository.ts';
import { createWorkerRepository, type WorkerRepository } from './repository.ts';
import { createWorkerUsage } from './worker-usage.ts';
import { createWorker, type WorkerTimes } from './worker.ts';

/** SQLite blocks the thread only this long for a busy database; then the worker retries. */
const busyMs = 50;
/** How long the current batch may take after a stop request; then its claims are released. */
const quitMs = 3000;
/** How long the release may take; claims that cannot be released, e.g. during an import, end with their leases. */
const leaveMs = 2000;
/** The pages of a WAL that a worker lets grow before it writes it back: at 1,000 pages, the usual number, it would do so, with
 *  two fsyncs, at each batch of vectors. */
export const checkpointPages = 4000;

/** `chooseModel` gets the counter of its tokens. Settles when the worker has ended. Throws `config` in noop mode and without the
 *  databases of a server. */
export async function runWorkerProcess(
  config: Config,
  chooseModel: (countUsage: CountUsage) => Promise<Model>,
  times: WorkerTimes,
): Promise<void> {
  refuse(config);
  // Searches and pages take precedence over embedding.
  os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  const ops = openPatiently(config.opsDatabasePath);
  const library = openPatiently(config.databasePath);
  const now = () => new Date();
  const repository = createWorkerRepository(ops, now);
  const untilFree = createBusyRetry(busyLimits.worker);
  const { job, messageFd, pid, traceparent } = readScriptEnvironment();
  inheritTraceparent(traceparent);
  const identity = await untilFree(() => register(repository, job.id, pid));
  const server = messageFd > 0 ? connectToServer(messageFd) : null;
  const endReports = server ? reportStatements(config, (message) => sendTo(server, message)) : () => {};
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const usage = createWorkerUsage({ ops, untilFree, now, report });
  const model = await chooseModel(usage.countUsage);
  const queue = createCountedQueue(queueOf(library), usage.countUsage);
  const shared = { untilFree, now, report, model: openOnFirstUse(model, queue.useModel) };
  const flags = createFlagReader({
    ...shared,
    flagRepository: createFlagRepository(ops),
    onError: (error) => report(`The last read of a flag could not be saved: ${explain(error)}`),
  });
  const whenIdle = createRecheck({
    ...shared,
    flags,
    entries: createEmbeddingRepository(library),
    rechecks: createRecheckRepository(ops, now),
    everyMs: times.recheckMs,
    nowMs: () => performance.now(),
  });
  const worker = createWorker({
    ...identity,
    ...shared,
    queue,
    repository,
    times,
    onBeat: flags.reload,
    whenIdle,
  });
  const stopRequested = untilStopRequested(server);
  void stopRequested.then(worker.stop);
  usage.start();
  if (job.id === '') process.stderr.write(`${identity.name} embeds with ${model.label}. Ctrl+C stops it.\n`);
  try {
    await Promise.race([worker.run(), stopRequested.then(() => after(quitMs))]);
  } finally {
    await Promise.race([Promise.all([worker.leave(), flags.settled()]), after(leaveMs)]);
    usage.end();
    for (const db of [library, ops]) db.close();
    endReports();
  }
  report(`${identity.name} ended: ${describeWork(worker.lastBeat())}.`);
}

const queueOf = (library: Db) => createPatientQueue(createSqliteQueue(library), busyLimits.worker);

function describeWork({ processed, failed }: { processed: number; failed: number }): string {
  return `${plural(processed, 'entry', 'entries')} embedded, ${failed} failed`;
}

/** Opening may block for another writer; later statements must not, or heartbeats would stop. */
function openPatiently(file: string): Db {
  const db = openDatabase(file, { busyMs: scriptBusyMs });
  db.pragma(`busy_timeout = ${busyMs}`);
  db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  return db;
}

function refuse({ root, mode, opsDatabasePath, databasePath }: Config) {
  if (mode === 'noop') {
    throw new AppError('config', 'Noop mode runs no workers. Unset CHL_OPERATIONS_MODE to start a worker.');
  }
  if (fs.existsSync(opsDatabasePath) && fs.existsSync(databasePath)) return;
  const message = `No server has used the data folder ${root} yet. Start it once with npm start, then start the worker.`;
  throw new AppError('config', message);
}

/** The pool has chosen a name; a worker started by hand takes the first free one. */
function register(repository: WorkerRepository, chosen: string, pid: number) {
  return repository.transaction(() => {
    const [free = ''] = freeNames(repository.living(), 1);
    const name = chosen || free;
    const claimant = `${name}/${randomUUID().slice(0, 8)}`;
    const owner = chosen ? 'server' : 'hand';
    const seenFromOutside = { ...identify(process.pid), pid };
    repository.register({ name, claimant, owner, host: os.hostname() }, seenFromOutside);
    return { name, claimant };
  });
}

function connectToServer(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true }).on('error', () => {}).resume();
}

/** While the server has not read the last report, further ones are dropped. */
function sendTo(server: Socket, message: object) {
  if (server.writableLength === 0) server.write(`${JSON.stringify(message)}\n`);
}

/** Settles at a signal to stop, or when the server ends: that closes its end of the connection. */
function untilStopRequested(server: Socket | null): Promise<void> {
  return new Promise((resolve) => {
    onStopSignal(resolve);
    server?.once('close', resolve);
  });
}
