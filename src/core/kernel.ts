// The services available to every feature.
import type { Audit } from './audit.ts';
import type { Bus } from './bus.ts';
import type { Catalogue } from './catalogue.ts';
import type { Check } from './check.ts';
import type { Config } from './config.ts';
import type { UntilFree } from './db/busy-retry.ts';
import type { Db } from './db/open.ts';
import type { Descriptors } from './descriptors.ts';
import type { Log } from './log.ts';

export type Kernel = {
  config: Config;
  log: Log;
  bus: Bus;
  audit: Audit;
  catalogue: Catalogue;
  descriptors: Descriptors;
  ops: Db;
  library: Db;
  /** Whether this start created chl.db. */
  isNewLibrary: boolean;
  /** Runs a write to ops.db, retrying for a few seconds while another process is writing; then throws SQLITE_BUSY. */
  untilFree: UntilFree;
  /** Names that a custom operation cannot have. */
  reservedNames: string[];
  /** In a run by hand, the ids of the jobs that may start; null in a server. */
  only: Set<string> | null;
  /** The number of open live streams. */
  streamCount: () => number;
  /** The checks of all features; complete once every feature is created. */
  checks: () => Check[];
  now: () => Date;
};

/** The kernel, and the parts of earlier features in src/features.ts; `use` throws for any other. */
export type Context = Kernel & {
  use<Part extends object>(feature: { name: string; create(ctx: Context): Part }): Part;
};
