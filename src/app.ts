// The composition root: builds the modules in order, starts them, closes them in reverse. Wiring only.
import fs from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { createAudit, systemRequester } from './core/audit.ts';
import { createBus } from './core/bus.ts';
import type { Config } from './core/config.ts';
import { AppError } from './core/errors.ts';
import { createBusyRetry, type UntilFree } from './core/db/busy-retry.ts';
import { prepareLibrary } from './core/db/library.ts';
import { prepareOps } from './core/db/ops.ts';
import { createDescriptors } from './core/descriptors.ts';
import { createOnce } from './web/idempotency.ts';
import { chooseEmbedder } from './embedding/choose.ts';
import { createSqliteQueue } from './embedding/sqlite-queue.ts';
import { createServer } from './web/server.ts';
import type { Services } from './web/services.ts';
import { tidyGenerations } from './index/generation.ts';
import { createLiveIndex } from './index/live.ts';
import { createUploads } from './snapshots/upload.ts';
import { createEntryReader } from './library/entry.ts';
import { createBulk } from './jobs/bulk.ts';
import { createDiskReserve } from './core/disk-reserve.ts';
import { createJobs } from './jobs/jobs.ts';
import { createJobListing } from './jobs/listing.ts';
import { createPruning } from './jobs/pruning.ts';
import { createJobRepository } from './jobs/repository.ts';
import { createRetention } from './jobs/retention.ts';
import { createLibrary } from './library/repository.ts';
import { type Log, logJobEvents } from './core/log.ts';
import { type Catalogue, createCatalogue, reservedNames } from './core/catalogue.ts';
import type { Operation } from './core/operation.ts';
import { createOwnOperations } from './operations/custom-operations.ts';
import { createAppliedFinder } from './runner/applied.ts';
import { recoverJobs } from './runner/recovery.ts';
import { createPool } from './workers/pool.ts';
import { createRunner } from './runner/runner.ts';
import { readSecrets } from './core/secrets.ts';
import { acquireServerLock } from './runner/server-lock.ts';
import { createTasks } from './runner/task.ts';
import { sheetPlace } from './sheets/location.ts';
import { seedStarterSheet } from './sheets/starter.ts';
import { mendExport } from './sheets/swap.ts';
import { createLibraryCounts } from './embedding/counts.ts';
import { createWorkers } from './workers/control.ts';
import { createPatientQueue } from './workers/patient-queue.ts';
import { createWorkerRepository } from './workers/repository.ts';
import { createWorkerWatch } from './workers/watch.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

export type App = {
  server: FastifyInstance;
  services: Services;
  /** Recovers, listens, and starts what waits; gives the address. */
  start(): Promise<string>;
  /** For a run by hand: recovers, and starts only jobs in `only`. Does not listen; `server.inject` answers. */
  startByHand(): Promise<void>;
  /** Takes nothing new, gives running jobs `quietMs`, then ends them; closes everything. Safe twice. */
  close(quietMs?: number): Promise<void>;
};

/** How long a request waits for a busy ops.db, and how often it asks. */
const busyRetry = { maxMs: 3000, everyMs: 100 };

/** Takes the data root for this process. Throws `config` with what to do when that is not possible. */
export async function createApp(
  config: Config,
  options: { log: Log; now?: () => Date; catalogue?: Catalogue; only?: Set<string> },
): Promise<App> {
  const { log, now = () => new Date() } = options;
  const holder = { pid: process.pid, url: null, since: now().toISOString() };
  const lock = acquireServerLock(config.root, holder);
  for (const folder of ['sheets', 'uploads', 'backups', 'logs']) {
    fs.mkdirSync(`${config.root}/${folder}`, { recursive: true, mode: 0o700 });
  }
  const ops = prepareOps(config.opsDatabasePath);
  const { library, isNew } = prepareLibrary(config.databasePath);
  if (isNew) seedStarterSheet(config);
  mendExports(config, log);
  tidyGenerations(config.indexFolder);

  const bus = createBus();
  logJobEvents(bus, log);
  const ownOperations = createOwnOperations({
    file: config.operationsFile,
    reserved: reservedNames,
    intervalMs: config.telemetryIntervalMs,
    onChange: () => bus.emit('operations'),
  });
  const catalogue = options.catalogue ?? createCatalogue(undefined, ownOperations.operations);
  const audit = createAudit(ops, now);
  const repository = createJobRepository(ops, now);
  const disk = createDiskReserve(config.root);
  const descriptors = createDescriptors();
  const libraryRevision = createLibrary(library).revision;
  const jobs = createJobs({ config, catalogue, repository, audit, bus, libraryRevision, ...disk });
  const findApplied = createAppliedFinder(library, config);
  const secretsOf = (operation: Operation) => readSecrets(config, operation);
  const runner = createRunner({
    config,
    catalogue,
    repository,
    audit,
    bus,
    log,
    findApplied,
    libraryRevision,
    secretsOf,
    makeRoom: disk.release,
    hasRoom: () => descriptors.hasRoomFor('job'),
    now,
    only: options.only,
  });
  const retention = createRetention({ config, pruning: createPruning(ops), audit, log, now });
  const liveIndex = createLiveIndex({
    config,
    onChange: () => bus.emit('index'),
    hasRoom: () => descriptors.hasRoomFor('searchThread'),
    onError: (error) => log.error({ err: error }, 'the search thread ended'),
  });
  const counts = createLibraryCounts(library);
  const telemetry = createTelemetry({
    config,
    library,
    ops,
    liveIndex,
    counts,
    bus,
    workers: () => services.workers.view().workers,
    streams: () => web.stream.clientCount(),
    now,
    onError: (error, what) => log.error({ err: error, what }, 'telemetry is incomplete'),
  });
  // A run by hand answers no searches, so it needs no search thread.
  if (!options.only) bus.on('library', () => void liveIndex.refresh());
  const uploads = createUploads({
    config,
    audit,
    bus,
    createTask: createTasks(config),
    wantedBy: (id) =>
      repository
        .line()
        .map(({ jobId }) => repository.find(jobId))
        .find((job) => job?.args.staged_id === id)?.number ?? null,
    now,
  });
  const untilFree = createBusyRetry(busyRetry);
  const untilStored: UntilFree = async (work) => {
    const done = await untilFree(work);
    await repository.synced();
    return done;
  };
  const impatientQueue = createSqliteQueue(library);
  const queue = createPatientQueue(impatientQueue, busyRetry);
  const workerRepository = createWorkerRepository(ops, now);
  const forWorkers = { repository: workerRepository, queue, audit, bus, log, untilFree, now };
  const watch = createWorkerWatch({ ...forWorkers, queue: impatientQueue });
  const pool = createPool({ ...forWorkers, config, onEnd: watch.tellEnd });
  const listing = createJobListing(ops);
  const bulk = createBulk({ jobs, repository, listing, catalogue, untilStored, log });
  const services: Services = {
    config,
    log,
    bus,
    audit,
    catalogue,
    ownOperations,
    repository,
    listing,
    jobs,
    bulk,
    retention,
    untilStored,
    once: createOnce(now),
    runner,
    counts,
    entries: createEntryReader(library),
    descriptors,
    liveIndex,
    uploads,
    queue,
    workers: createWorkers({ ...forWorkers, pool }),
    pool,
    telemetry,
    now,
  };
  const web = await createServer(services);
  const { server } = web;
  let starting: Promise<string> | null = null;
  let isListening = false;
  let closing: Promise<void> | null = null;

  return {
    server,
    services,

    start() {
      starting ??= startAll();
      return starting;
    },

    async startByHand() {
      recover();
      await watch.catchUp();
      runner.start();
    },

    close(quietMs = 0) {
      closing ??= closeAll(quietMs);
      return closing;
    },
  };

  async function startAll() {
    // Its thread loads beside all else. What recovery ends may still switch the index: the pointer is read again then.
    const searching = liveIndex.start();
    recover();
    await Promise.all([searching, server.ready()]);
    const address = await listen(server, config);
    isListening = true;
    lock.tell({ ...holder, url: address });
    audit.record({
      event: 'server.started',
      outcome: 'ok',
      by: systemRequester,
      detail: { mode: config.mode },
    });
    // Asked to stop meanwhile: what waits stays waiting.
    if (closing) return address;
    runner.start();
    telemetry.start();
    retention.start();
    uploads.start();
    ownOperations.start();
    await startWorkers();
    return address;
  }

  /** In noop mode nothing is embedded. */
  async function startWorkers() {
    await watch.start();
    if (config.mode === 'noop') return;
    // A worker of another model than the library's is refused by the queue, and says why.
    await queue
      .useModel(chooseEmbedder(config))
      .catch((error) => log.error({ err: error }, 'the model could not be told to the library'));
    await pool.start();
  }

  function recover() {
    const { root } = config;
    const recovered = recoverJobs({ root, catalogue, repository, audit, bus, findApplied, secretsOf });
    for (const job of recovered) log.warn({ event: 'job.recovered', ...job }, 'a job was interrupted');
  }

  async function closeAll(quietMs: number) {
    jobs.stopAccepting();
    await bulk.stop();
    // A start that goes wrong is told to whoever asked for it.
    await starting?.catch(() => {});
    await telemetry.stop();
    await retention.stop();
    uploads.stop();
    ownOperations.stop();
    await Promise.all([runner.stop(quietMs), pool.stop(), watch.stop()]);
    await server.close();
    await liveIndex.stop();
    if (isListening) audit.record({ event: 'server.stopped', outcome: 'ok', by: systemRequester });
    library.close();
    ops.close();
    lock.release();
  }
}

/** An export that was killed between its renames is mended; what cannot be mended is left for people to look at. */
function mendExports(config: Config, log: Log) {
  for (const name of ['published', 'review'] as const) {
    try {
      mendExport(sheetPlace(config, name));
    } catch (error) {
      log.error({ err: error, sheet: name }, 'a half-done export could not be mended');
    }
  }
}

async function listen(server: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new AppError(
      'config',
      `Port ${port} is in use. Stop what uses it, or set CHL_PORT to another one.`,
    );
  }
}
