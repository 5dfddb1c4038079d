// Where a sample's numbers come from: each source reads what others keep counted, and never scans.
import fs from 'node:fs';
import type { Config } from '../config.ts';
import type { LiveIndex } from '../index/live.ts';
import type { LibraryCounts } from './counts.ts';
import type { JobFigures } from './job-figures.ts';
import type { JobTally } from './job-tally.ts';
import type { Readings } from './metrics.ts';

/** Gives some of the readings; what no source gives, or one that throws, is null in the sample. */
export type Source = () => Partial<Readings> | Promise<Partial<Readings>>;

export function queueSource(counts: Pick<LibraryCounts, 'queue'>): Source {
  return () => {
    const { pending, failed } = counts.queue();
    return {
      queue_pending: pending.total,
      queue_pending_experiences: pending.experiences,
      queue_pending_manuals: pending.manuals,
      queue_failed: failed.total,
      queue_failed_experiences: failed.experiences,
      queue_failed_manuals: failed.manuals,
    };
  };
}

export function indexSource(liveIndex: Pick<LiveIndex, 'truth'>): Source {
  return () => {
    const { vectors, fresh, stale, missing, failed, orphans } = liveIndex.truth();
    return {
      index_vectors: vectors,
      index_fresh: fresh,
      index_stale: stale,
      index_missing: missing,
      index_failed: failed,
      index_orphans: orphans,
    };
  };
}

export function jobsSource(figures: JobFigures, tally: JobTally): Source {
  let before = { ...tally.total() };
  return () => {
    const { running, queued } = figures.active();
    const total = { ...tally.total() };
    const ended = {
      jobs_succeeded: total.succeeded - before.succeeded,
      jobs_failed: total.failed - before.failed,
      jobs_cancelled: total.cancelled - before.cancelled,
    };
    before = total;
    return { jobs_running: running, jobs_queued: queued, ...ended };
  };
}

export function filesSource(config: Pick<Config, 'root' | 'databasePath' | 'opsDatabasePath'>): Source {
  return async () => {
    const { bavail, bsize } = await fs.promises.statfs(config.root);
    const [library, libraryWal, ops, opsWal] = await Promise.all([
      sizeOf(config.databasePath),
      sizeOf(`${config.databasePath}-wal`),
      sizeOf(config.opsDatabasePath),
      sizeOf(`${config.opsDatabasePath}-wal`),
    ]);
    return {
      library_bytes: library,
      library_wal_bytes: libraryWal,
      ops_bytes: ops,
      ops_wal_bytes: opsWal,
      disk_free_bytes: bavail * bsize,
    };
  };
}

/** 0 when there is no such file. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await fs.promises.stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
