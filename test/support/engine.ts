// The engine without a web server: real databases, lock queue, runner and children, on a new data root.
import './plain-children.ts';
import { pino } from 'pino';
import type { Test } from 'tap';
import { createRedactor } from '../../src/core/redaction.ts';
import { createAudit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { type Config, readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { serverBusyMs, setBusyMs } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Job, JobStatus } from '../../src/jobs/job.ts';
import { createJobs } from '../../src/jobs/jobs.ts';
import { createLockQueue } from '../../src/jobs/lock-queue.ts';
import { createClaims } from '../../src/jobs/repository-claims.ts';
import type { RunRequest } from '../../src/jobs/run-request.ts';
import { createWindowClaims } from '../../src/jobs/window-claims.ts';
import { createWindowRepository } from '../../src/window-store/window-repository.ts';
import { createDamage } from '../../src/core/db/damage.ts';
import { watchDataRoot } from '../../src/core/data-root.ts';
import { createJobVerbs } from '../../src/jobs/verbs.ts';
import { busyLimits, createBusyRetry } from '../../src/core/db/busy-retry.ts';
import { createJobListing, searchPace } from '../../src/jobs/listing.ts';
import { jobLogFile, readJobLog } from '../../src/job-log/log.ts';
import { createAssertPossible, createReadArguments } from '../../src/core/read-arguments.ts';
import { createJobRepository } from '../../src/jobs/repository.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { createOptionLists } from '../../src/source-store/option-lists.ts';
import { createSourceRepository } from '../../src/source-store/source-repository.ts';
import type { Log } from '../../src/core/log.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import type { Operation } from '../../src/core/operation.ts';
import { createAppliedFinder } from '../../src/runner/applied.ts';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { recoverJobs } from '../../src/runner/recovery.ts';
import { createRunner } from '../../src/runner/runner.ts';
import { makeFolder } from './folder.ts';

type EngineOptions = {
  operations?: Operation[];
  env?: Record<string, string>;
  now?: () => Date;
  log?: Log;
  /** Texts that no job may reveal. */
  secrets?: string[];
  /** Frees space on a full disk. */
  makeRoom?: () => void;
  /** Resolves when every reader sees what a job has changed. */
  catchUp?: () => Promise<void>;
};
export type Engine = ReturnType<typeof buildEngine>;

export const operator = {
  actor: 'operator',
  role: 'admin',
  peer: '127.0.0.1',
  requestId: 'r1',
  reason: null,
} as const;

/** Less than tap's limit for a file. */
const waitMaxMs = 15_000;

/** An engine with a started runner on a new data root; closed with the test. */
export function startEngine(t: Test, options: EngineOptions = {}): Engine {
  const engine = buildEngine(makeFolder(t), options);
  t.teardown(engine.close);
  engine.runner.start();
  return engine;
}

/** An engine whose runner is not started. */
export function buildEngine(root: string, options: EngineOptions = {}) {
  const {
    operations = [],
    env = {},
    now = () => new Date(),
    log = pino({ level: 'silent' }),
    secrets = [],
    makeRoom = () => {},
    catchUp = async () => {},
  } = options;
  const config: Config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_KILL_GRACE_SEC: '1', ...env }, root);
  const catalogue = createCatalogue(operations);
  const ops = prepareOps(config.opsDatabasePath);
  const { library } = prepareLibrary(config.databasePath);
  setBusyMs([ops, library], serverBusyMs);
  const bus = createBus();
  const audit = createAudit(ops, now, createRedactor(config), bus, (error) => log.error(error));
  const repository = createJobRepository(ops, now);
  const windows = createWindowRepository(ops);
  const lockQueue = createLockQueue(repository, windows, catalogue, config);
  const windowClaims = createWindowClaims({ audit, bus, now, windows, claims: createClaims(ops) });
  const libraryRows = createLibrary(library);
  const { revision: libraryRevision, isEmpty } = libraryRows;
  const sources = createSourceRepository(ops);
  const records = { jobs: repository, sources };
  const none = () => [];
  const ofOthers = { undoable: none, restorable: none, testable: none };
  const lists = { ...createOptionLists(sources, libraryRows), ...ofOthers };
  const reading = {
    readArguments: createReadArguments({ config, records, options: () => lists }),
    assertPossible: createAssertPossible({ config, records }),
    current: { config, sources, libraryRevision },
  };
  const databases = [config.databasePath, config.opsDatabasePath];
  const damage = createDamage(databases, now);
  const disk = { assertRoom() {}, withRoom: <T>(work: () => T) => work() };
  const verbs = createJobVerbs({
    config,
    catalogue,
    repository,
    lockQueue,
    windowClaims,
    audit,
    bus,
    now,
    ...reading,
    libraryState: { isEmpty },
    disk,
    dataRoot: watchDataRoot(config.root, databases, config.root),
  });
  const jobs = createJobs(verbs, repository, lockQueue, createBusyRetry(busyLimits.request));
  const findApplied = createAppliedFinder(library, config);
  const secretsOf = () => secrets;
  const runner = createRunner({
    config,
    catalogue,
    repository,
    windowClaims,
    audit,
    bus,
    damage,
    log,
    findApplied,
    ...reading,
    secretsOf,
    usage: { add() {} },
    logStore: { add() {}, addStatements() {} },
    makeRoom,
    catchUps: () => [catchUp],
    hasSpareDescriptors: () => true,
    now,
    only: null,
  });
  const history: string[] = [];
  bus.on('job', ({ number, status }) => history.push(`#${number} ${status}`));
  let closing: Promise<void> | null = null;

  return {
    root,
    config,
    catalogue,
    ops,
    library,
    bus,
    audit,
    repository,
    listing: createJobListing(ops, searchPace),
    jobs,
    /** The verbs of `jobs` without waiting until they are durable. */
    verbs,
    stopAccepting: verbs.stop,
    runner,
    damage,
    log,
    readArguments: reading.readArguments,
    options: () => lists,
    /** `#1 queued`, `#1 running` … from the bus; progress repeats `running`. */
    history,

    enqueue(operation: string, args = {}, more: Partial<RunRequest> = {}): Job {
      return verbs.enqueue({ operation, args, ...more }, operator);
    },
    recover: () => recoverJobs({ config, catalogue, repository, audit, bus, findApplied, secretsOf }),
    when,
    whenJob(number: number, ...statuses: JobStatus[]): Promise<Job> {
      const wanted: JobStatus[] = statuses.length > 0 ? statuses : ['succeeded', 'failed', 'cancelled'];
      return when(number, wanted.join(' or '), (job) => wanted.includes(job.status));
    },
    /** Waits for a phase reported by the child, for example after it installed its signal handler. */
    whenPhase: (number: number, phase: string) =>
      when(number, `in phase ${phase}`, (job) => job.progress?.phase === phase),
    logOf: (job: Job) => readJobLog(jobLogFile(root, job.number), 0, 100_000_000),
    processesLeft: () => findMarkedProcesses(root).map(({ pid }) => pid),
    auditRows: (target: string) =>
      ops
        .prepare('SELECT event, outcome, actor, reason, detail FROM audit WHERE target = ? ORDER BY id')
        .all(target) as { event: string; outcome: string; actor: string; reason: string; detail: string }[],

    /** Idempotent. */
    close() {
      closing ??= runner.stop(0).then(() => {
        damage.close();
        library.close();
        ops.close();
      });
      return closing;
    },
  };

  /** Resolves with the job once `test` is true, checked at each of its events. */
  function when(number: number, words: string, test: (job: Job) => boolean): Promise<Job> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        bus.off('job', look);
        settle();
      };
      const timer = setTimeout(() => {
        const seen = history.filter((line) => line.startsWith(`#${number} `)).join(', ');
        finish(() => reject(new Error(`job #${number} is not ${words} in time; its events: ${seen}`)));
      }, waitMaxMs);
      const look = () => {
        const job = repository.find(String(number));
        if (job && test(job)) finish(() => resolve(job));
      };
      bus.on('job', look);
      look();
    });
  }
}
