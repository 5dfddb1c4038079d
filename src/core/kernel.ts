// What every feature may use.
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
  /** Whether this start made chl.db. */
  isNewLibrary: boolean;
  /** Runs what writes ops.db, again while another process is writing it; after a few seconds throws that it is busy. */
  untilFree: UntilFree;
  /** Names that an operator's own operation cannot take. */
  reservedNames: string[];
  /** Ids of the only jobs that a run by hand may start; null in a server. */
  only: Set<string> | null;
  /** How many live streams are open. */
  streamCount: () => number;
  /** What all features check; complete once every feature is created. */
  checks: () => Check[];
  now: () => Date;
};

/** The kernel, and the parts of the features that stand earlier in src/features.ts; `use` throws for any other. */
export type Context = Kernel & {
  use<Part extends object>(feature: { name: string; create(ctx: Context): Part }): Part;
};
