// What routes and cards are given: the domain, already wired.
import type { Audit } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { Descriptors } from '../core/descriptors.ts';
import type { EmbeddingQueue } from '../embedding/queue.ts';
import type { LiveIndex } from '../index/live.ts';
import type { Uploads } from '../snapshots/upload.ts';
import type { EntryReader } from '../library/entry.ts';
import type { Bulk } from '../jobs/bulk.ts';
import type { JobListing } from '../jobs/listing.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Retention } from '../jobs/retention.ts';
import type { Log } from '../core/log.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { OwnCatalogue } from '../operations/custom-operations.ts';
import type { Once } from './idempotency.ts';
import type { Pool } from '../workers/pool.ts';
import type { Runner } from '../runner/runner.ts';
import type { LibraryCounts } from '../embedding/counts.ts';
import type { Workers } from '../workers/control.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export type Services = {
  config: Config;
  log: Log;
  bus: Bus;
  audit: Audit;
  catalogue: Catalogue;
  ownOperations: OwnCatalogue;
  repository: JobRepository;
  listing: JobListing;
  jobs: Jobs;
  bulk: Bulk;
  retention: Retention;
  runner: Runner;
  /** Runs what writes ops.db, again when another process is writing it, and settles when it is on the disk; after a few
   *  seconds throws that it is busy. */
  untilStored: UntilFree;
  /** Runs a form once, however often it is sent. */
  once: Once;
  counts: LibraryCounts;
  entries: EntryReader;
  descriptors: Descriptors;
  liveIndex: LiveIndex;
  uploads: Uploads;
  queue: EmbeddingQueue;
  workers: Workers;
  pool: Pick<Pool, 'problems'>;
  telemetry: Telemetry;
  now: () => Date;
};
