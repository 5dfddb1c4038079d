// The services available to every feature.
import type { Audit } from './audit.ts';
import type { Bus, EndedJob } from './bus.ts';
import type { Caches } from './cache.ts';
import type { Catalogue } from './catalogue.ts';
import type { Check } from './check.ts';
import type { Config } from './config.ts';
import type { DataRoot } from './data-root.ts';
import type { UntilFree } from './db/busy-retry.ts';
import type { Damage } from './db/damage.ts';
import type { Db } from './db/open.ts';
import type { Descriptors } from './descriptors.ts';
import type { HubRow, OutlookFact, SetupStep } from './hub-row.ts';
import type { JobPart } from './job-part.ts';
import type { KeptLines, Log } from './log.ts';
import type { OptionLists } from './operation.ts';
import type { Redactor } from './redaction.ts';
import type { Tracing } from './tracing.ts';

/** An address of this machine. */
export type OwnAddress = { host: string; port: number };

export type Kernel = {
  config: Config;
  log: Log;
  /** The lines of the log that the log store keeps. */
  keptLines: KeptLines;
  /** Masks secrets in texts that leave the server. */
  redactor: Redactor;
  /** The requests that are traced. */
  tracing: Tracing;
  /** Events of this process. */
  bus: Bus;
  audit: Audit;
  /** The caches of this process. */
  caches: Caches;
  /** All operations, custom ones included. */
  catalogue: Catalogue;
  /** Whether the data folder and the databases are still those that the server has opened. */
  dataRoot: DataRoot;
  /** How many file descriptors are left, and for what. */
  descriptors: Descriptors;
  /** ops.db: jobs, locks, audit. */
  ops: Db;
  /** chl.db: the library of experiences and manuals. */
  library: Db;
  /** Whether this start created chl.db. */
  isNewLibrary: boolean;
  /** The damaged database files. */
  damage: Damage;
  /** Runs a write to ops.db, retrying for a few seconds while another process is writing; then throws SQLITE_BUSY. */
  untilFree: UntilFree;
  /** Names that a custom operation cannot have. */
  reservedNames: string[];
  /** Names of the events of the audit log. */
  eventNames: string[];
  /** The address at which this server listens; null while it does not. */
  ownAddress: () => OwnAddress | null;
  /** In a run by hand, the ids of the jobs that may start; null in a server. */
  only: Set<string> | null;
  /** The number of open live streams. */
  streamCount: () => number;
  /** Each resolves when a feature shows what this job has changed, on disk and in the databases; in order. */
  catchUps: () => ((ended: EndedJob) => Promise<void>)[];
  /** The checks of all features; complete once every feature is created. */
  checks: () => Check[];
  /** The lists from which arguments choose their values; complete once every feature is created. */
  options: () => OptionLists;
  /** The parts that features add to the page of a job; complete once every feature is created. */
  jobParts: () => JobPart[];
  /** The rows of all hubs, in order; complete once every feature is created. */
  hubRows: () => HubRow[];
  /** The setup checklist, in order; complete once every feature is created. */
  setupSteps: () => SetupStep[];
  /** The facts of the outlook, in order; complete once every feature is created. */
  outlook: () => OutlookFact[];
  now: () => Date;
};

/** The kernel and the earlier features, from which a feature is built. */
export type Context = Kernel & {
  /** What `create` of a feature earlier in src/features.ts has returned; throws for any other feature. */
  use<Part extends object>(feature: { name: string; create(ctx: Context): Part }): Part;
};
