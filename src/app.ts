// The composition root: builds the kernel, the features in order and the server; starts them, and closes them in reverse
// order. Wiring only.
import type { FastifyInstance } from 'fastify';
import { eventNames } from './audit/event-words.ts';
import { type Databases, openDatabases } from './backup-store/open-databases.ts';
import { createAudit, systemRequester } from './core/audit.ts';
import { createCaches } from './core/cache.ts';
import { createBus } from './core/bus.ts';
import { type Catalogue, createCatalogue } from './core/catalogue.ts';
import { type Config, version } from './core/config.ts';
import { busyLimits, createBusyRetry } from './core/db/busy-retry.ts';
import { createDamage } from './core/db/damage.ts';
import { aloneBusyMs, serverBusyMs, setBusyMs, statementsOf } from './core/db/open.ts';
import { prepareSavedSettings } from './core/db/saved-settings.ts';
import { adviseOnDatabases } from './damage/advise.ts';
import { prepareDataRoot, watchDataRoot } from './core/data-root.ts';
import { createDescriptors, openDescriptors } from './core/descriptors.ts';
import { AppError } from './core/errors.ts';
import type { Context, Kernel } from './core/kernel.ts';
import { joinOptionLists } from './core/operation.ts';
import type { KeptLines, Log } from './core/log.ts';
import type { Redactor } from './core/redaction.ts';
import { applySaved } from './core/settings/in-use.ts';
import { declaredOperations, reservedNames } from './declared-operations.ts';
import { features } from './features.ts';
import { refuseSharedLogFile } from './log-store/log-place.ts';
import { workLog } from './log-store/place.ts';
import { settleRestores } from './restore/unfinished.ts';
import { acquireServerLock, lockFile } from './runner/server-lock.ts';
import type { Feature, Lifecycle, Mounted } from './web/feature.ts';
import { listeningAddress } from './web/own-address.ts';
import { createServer } from './web/server.ts';
import { createTracing } from './web/tracing.ts';

export type App = Kernel & {
  server: FastifyInstance;
  /** Returns the part that a feature has built. */
  use: Context['use'];
  /** Recovers, listens, and starts waiting jobs. Returns the address. */
  start(): Promise<string>;
  /** For a run by hand: recovers, and starts only jobs in `only`. Does not listen; use `server.inject`. */
  startByHand(): Promise<void>;
  /** Accepts nothing new, gives running jobs `quietMs`, then ends them; closes everything. Idempotent. */
  close(quietMs?: number): Promise<void>;
};

/** `keptLines` and `redactor`: those of the log. */
type Options = {
  log: Log;
  keptLines: KeptLines;
  redactor: Redactor;
  now?: () => Date;
  catalogue?: Catalogue;
  only?: Set<string>;
};

/** Locks the data root for this process. Throws `config` with the next step when that is not possible. */
export async function createApp(config: Config, given: Options): Promise<App> {
  const holder = { pid: process.pid, url: null, since: (given.now?.() ?? new Date()).toISOString() };
  let isListening = false;
  let closing: Promise<void> | null = null;
  refuseSharedLogFile(config);
  adviseOnDatabases(config, () => isListening && closing === null);
  prepareDataRoot(config.root);
  const lock = acquireServerLock(config.root, holder);
  let served: Served | null = null;
  settleRestores(config);
  const databases = await openDatabases(config, given);
  const kernel = createKernel(config, given, databases, {
    ...readServed(() => served),
    catchUps: () => lifecycles.flatMap(({ catchUp }) => catchUp ?? []),
    ...readDeclared(() => declared),
  });
  const { mounted, use, declared } = mountFeatures(kernel);
  const lifecycles = mounted.map(({ feature, ctx }) => feature.lifecycle?.(ctx) ?? {});
  served = await createServer(kernel, mounted);
  const { server } = served;
  const { audit, library, ops } = kernel;
  let starting: Promise<string> | null = null;

  return {
    ...kernel,
    server,
    use,
    start: () => (starting ??= startAll()),
    startByHand: () => startAllByHand(kernel, lifecycles),
    close: (quietMs = 0) => (closing ??= closeAll(quietMs)),
  };

  async function startAll() {
    kernel.damage.checkAll();
    await Promise.all([...lifecycles.map(({ recover }) => recover?.()), server.ready()]);
    const address = await listen(server, kernel);
    isListening = true;
    lock.update({ ...holder, url: address });
    await recordStart(kernel);
    // A close during the start: waiting jobs stay queued.
    if (closing) return address;
    await eachInOrder(lifecycles, ({ start }) => start?.());
    return address;
  }

  async function closeAll(quietMs: number) {
    await Promise.all(lifecycles.map(({ refuseNew }) => refuseNew?.()));
    // The caller of `start` has the error of a failed start.
    await starting?.catch(() => {});
    await Promise.all(lifecycles.map(({ stop }) => stop?.(quietMs)));
    await server.close();
    setBusyMs([ops, library], aloneBusyMs);
    await eachInOrder([...lifecycles].reverse(), ({ close }) => close?.());
    audit.close();
    if (isListening) recordStop(kernel);
    await eachInOrder(lifecycles, ({ afterStop }) => afterStop?.());
    kernel.damage.close();
    library.close();
    ops.close();
    lock.release();
  }
}

type Served = Awaited<ReturnType<typeof createServer>>;

/** The kernel is built before the server. */
const readServed = (read: () => Served | null) => ({
  streamCount: () => read()?.stream.clientCount() ?? 0,
  ownAddress() {
    const served = read();
    return served && listeningAddress(served.server);
  },
});

/** The kernel is built before the features, which declare these. */
const readDeclared = (read: () => ReturnType<typeof mountFeatures>['declared']) => ({
  checks: () => read().checks,
  options: () => read().options,
  jobParts: () => read().jobParts,
  hubRows: () => read().hubRows,
  setupSteps: () => read().setupSteps,
  outlook: () => read().outlook,
});

async function startAllByHand({ library, ops }: Kernel, lifecycles: Lifecycle[]) {
  const involved = lifecycles.filter(({ startByHand }) => startByHand);
  await eachInOrder(involved, ({ recover }) => recover?.());
  setBusyMs([ops, library], serverBusyMs);
  await eachInOrder(involved, ({ startByHand }) => startByHand?.());
}

/** Later features may read from earlier ones. */
async function eachInOrder<T>(items: T[], work: (item: T) => void | Promise<void>) {
  for (const item of items) await work(item);
}

function recordStart({ audit, config: { mode }, log, untilFree }: Kernel): Promise<void> {
  log.info({ event: 'server.started', version, mode }, `The server has started (version ${version})`);
  const row = { event: 'server.started', by: systemRequester, detail: { mode } };
  return untilFree(() => audit.record({ ...row, outcome: 'ok' }));
}

/** A full disk or a damaged database does not keep the server from stopping. */
function recordStop({ audit, log }: Pick<Kernel, 'audit' | 'log'>) {
  log.info({ event: 'server.stopped' }, 'The server is stopping');
  try {
    audit.record({ event: 'server.stopped', outcome: 'ok', by: systemRequester });
  } catch (error) {
    log.error({ err: error }, 'the stop is not in the audit log');
  }
}

function createKernel(
  config: Config,
  { log, keptLines, redactor, now = () => new Date(), catalogue, only }: Options,
  { ops, library, isNew }: Databases,
  deferred: Pick<Kernel, 'streamCount' | 'ownAddress' | 'catchUps'> & ReturnType<typeof readDeclared>,
): Kernel {
  applySaved(config, prepareSavedSettings(ops)(), 'start');
  const bus = createBus();
  const caches = createCaches(now);
  caches.add(statementsOf(ops));
  for (const event of ['settings', 'credentials'] as const) bus.on(event, redactor.refresh);
  return {
    config,
    log,
    keptLines,
    tracing: createTracing(),
    bus,
    redactor,
    audit: createAudit(ops, now, redactor, bus, (error) =>
      log.error({ err: error }, 'refusals are not in the audit log'),
    ),
    caches,
    catalogue: catalogue ?? createCatalogue(declaredOperations),
    dataRoot: watchDataRoot(
      config.root,
      [config.databasePath, config.opsDatabasePath],
      lockFile(config.root),
    ),
    descriptors: createDescriptors(openDescriptors()),
    ops,
    library,
    isNewLibrary: isNew,
    damage: createDamage([config.databasePath, config.opsDatabasePath], now),
    untilFree: createBusyRetry(busyLimits.request),
    reservedNames,
    eventNames,
    only: only ?? null,
    now,
    ...deferred,
  };
}

/** Builds each feature from the kernel and the features before it, and collects what they add to the pages of others. */
function mountFeatures(kernel: Kernel) {
  const parts = new Map<string, object>();
  const use: Context['use'] = <Part extends object>({ name }: Pick<Feature<Part>, 'name'>) => {
    const part = parts.get(name);
    if (!part) throw new Error(`The feature ${name} comes later in src/features.ts.`);
    return part as Part;
  };
  const mounted: Mounted[] = features.map((feature) => {
    const own = { ...kernel, log: workLog(kernel.log, feature.name) };
    const part = feature.create({ ...own, use });
    parts.set(feature.name, part);
    return { feature, ctx: { ...own, ...part } };
  });
  kernel.keptLines.allListen();
  const options = joinOptionLists(mounted.map(({ feature, ctx }) => feature.options?.(ctx) ?? {}));
  const checks = mounted.flatMap(({ feature, ctx }) => feature.checks?.(ctx) ?? []);
  const jobParts = mounted.flatMap(({ feature, ctx }) => feature.jobParts?.(ctx) ?? []);
  const inOrder = <T extends { position: number }>(items: T[]) =>
    items.sort((one, other) => one.position - other.position);
  const hubRows = inOrder(mounted.flatMap(({ feature, ctx }) => feature.hubRows?.(ctx) ?? []));
  const setupSteps = inOrder(mounted.flatMap(({ feature, ctx }) => feature.setupSteps?.(ctx) ?? []));
  const outlook = inOrder(mounted.flatMap(({ feature, ctx }) => feature.outlook?.(ctx) ?? []));
  return { mounted, use, declared: { checks, options, jobParts, hubRows, setupSteps, outlook } };
}

async function listen(
  server: FastifyInstance,
  { config: { host, port }, library, ops }: Kernel,
): Promise<string> {
  setBusyMs([ops, library], serverBusyMs);
  try {
    return await server.listen({ host, port });
  } catch (error) {
    throw refuseListening(error as NodeJS.ErrnoException, { host, port });
  }
}

function refuseListening(error: NodeJS.ErrnoException, { host, port }: Pick<Config, 'host' | 'port'>): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return refusal(
        `Port ${port} is in use. Stop the program that uses it, or set CHL_PORT to another port.`,
      );
    case 'EACCES':
      return refusal(`Port ${port} may not be used by this user. Set CHL_PORT to a port above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return refusal(`This machine has no address ${host} (${error.code}). Set CHL_HOST to 127.0.0.1.`);
    default:
      return error;
  }
}

function refusal(message: string): AppError {
  return new AppError('config', message);
}
