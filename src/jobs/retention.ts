// Keeps the history within its limits: at start and once a day it removes jobs that ended long ago, with their logs and
// rows, in pieces so small that nobody waits for them.
import fs from 'node:fs';
import { type Audit, systemRequester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import type { Log } from '../core/log.ts';
import { jobLogFile } from './log.ts';
import type { Bounds, Prunable, Pruning } from './pruning.ts';

/** What a run would remove now. Jobs are counted up to 5,001; then `has_more`. */
export type RetentionPreview = {
  days: number;
  jobs_kept: number;
  jobs: number;
  failed_jobs: number;
  log_bytes: number;
  has_more: boolean;
  oldest_finished_at: string | null;
};

export type Retention = ReturnType<typeof createRetention>;

const dayMs = 86_400_000;
/** Failures are what people look up later. */
const failureFactor = 4;
const previewMax = 5001;
const batchJobs = 10;
const batchRows = 200;

export function createRetention(given: {
  config: Pick<Config, 'root' | 'retentionDays' | 'retentionJobs' | 'jobLogMaxBytes'>;
  pruning: Pruning;
  audit: Audit;
  log: Log;
  now: () => Date;
}) {
  const { config, pruning, audit, log, now } = given;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<number> | null = null;
  let isStopped = false;

  return {
    start() {
      isStopped = false;
      timer ??= setInterval(() => void runLogged(), dayMs);
      void runLogged();
    },
    /** Settles when no batch is at work; safe twice. */
    async stop() {
      isStopped = true;
      if (timer) clearInterval(timer);
      timer = null;
      await running?.catch(() => {});
    },
    runOnce,
    preview,
  };

  /** Removes all that is no longer kept; gives the number of jobs. Two runs at once are one. */
  function runOnce(): Promise<number> {
    running ??= removeAll().finally(() => {
      running = null;
    });
    return running;
  }

  function preview(): RetentionPreview {
    const kept = findAll('succeeded').concat(findAll('cancelled'));
    const failed = findAll('failed');
    const all = [...kept, ...failed];
    const hasMore = all.length >= previewMax;
    return {
      days: config.retentionDays,
      jobs_kept: config.retentionJobs,
      jobs: all.length,
      failed_jobs: failed.length,
      log_bytes: all.reduce((sum, job) => sum + Math.min(job.log_bytes, config.jobLogMaxBytes), 0),
      has_more: hasMore,
      oldest_finished_at: all.map((job) => job.finished_at).sort()[0] ?? null,
    };
  }

  function findAll(status: string): Prunable[] {
    return pruning.find(status, boundsOf(status), previewMax);
  }

  function boundsOf(status: string): Bounds {
    const factor = status === 'failed' ? failureFactor : 1;
    return {
      finishedBefore: new Date(now().getTime() - config.retentionDays * factor * dayMs).toISOString(),
      upTo: pruning.newestNumber() - config.retentionJobs * factor,
    };
  }

  async function removeAll(): Promise<number> {
    let removed = 0;
    for (const status of ['succeeded', 'cancelled', 'failed']) {
      const bounds = boundsOf(status);
      for (let batch = pruning.find(status, bounds, batchJobs); batch.length > 0 && !isStopped; ) {
        await removeBatch(batch);
        removed += batch.length;
        batch = pruning.find(status, bounds, batchJobs);
      }
    }
    if (removed > 0) {
      audit.record({ event: 'jobs.pruned', outcome: 'ok', by: systemRequester, detail: { jobs: removed } });
    }
    return removed;
  }

  /** Logs and rows go first: when the server dies in between, the next run finds the job and goes on. */
  async function removeBatch(batch: Prunable[]) {
    for (const { number, id } of batch) {
      const file = jobLogFile(config.root, number);
      await Promise.all([file, `${file}.ix`].map((each) => fs.promises.rm(each, { force: true })));
      while (pruning.dropRows(id, batchRows) === batchRows) await new Promise(setImmediate);
    }
    pruning.bury(
      batch.map(({ id }) => id),
      now().toISOString(),
    );
    await new Promise(setImmediate);
  }

  async function runLogged() {
    try {
      const removed = await runOnce();
      if (removed > 0) log.info({ event: 'jobs.pruned', jobs: removed }, 'old jobs were removed');
    } catch (error) {
      log.error({ err: error }, 'old jobs could not be removed; tried again tomorrow');
    }
  }
}
