// Keeps the job history within its limits: at start and once a day it removes old jobs, in short batches.
import { systemRequester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { Removal } from './removal.ts';
import type { Bounds, Pruning } from './repository-pruning.ts';

export type RetentionPreview = ReturnType<ReturnType<typeof createRetention>['preview']>;

type Limits = Pick<Config, 'retentionDays' | 'retentionJobs' | 'jobLogMaxBytes'>;

const dayMs = 86_400_000;
/** Failed jobs are kept four times as long, and four times as many: people look them up later. */
const failureFactor = 4;
const previewMax = 5001;
const batchJobs = 10;
/** One row says how many jobs a clean-up has removed. */
const recordNothing = () => {};

type Given = Pick<Kernel, 'audit' | 'log' | 'now' | 'untilFree'> & {
  config: Limits;
  pruning: Pruning;
  removal: Pick<Removal, 'removeBatch'>;
};

export function createRetention({ config, pruning, removal, audit, log, now, untilFree }: Given) {
  const boundsOf = (status: string): Bounds => {
    const factor = status === 'failed' ? failureFactor : 1;
    return {
      finishedBefore: new Date(now().getTime() - config.retentionDays * factor * dayMs).toISOString(),
      upTo: pruning.newestNumber() - config.retentionJobs * factor,
    };
  };
  const loop = createLoop({
    everyMs: dayMs,
    runOnce: removeAll,
    onError: (error) => log.error({ err: error }, 'old jobs could not be removed; tried again tomorrow'),
  });

  return {
    start: () => void loop.start(),
    /** Settles when the current batch is finished; safe twice. */
    stop: loop.stop,
    /** Removes every job outside the limits; gives how many. */
    runOnce: loop.runOnce,

    /** Previews the clean-up: the jobs it would remove now. Jobs are counted up to 5,001; then `has_more`. */
    preview() {
      const find = (status: string) => pruning.find(status, boundsOf(status), previewMax);
      const failed = find('failed');
      const all = [...find('succeeded'), ...find('cancelled'), ...failed];
      return {
        days: config.retentionDays,
        jobs_kept: config.retentionJobs,
        jobs: all.length,
        failed_jobs: failed.length,
        log_bytes: all.reduce((sum, job) => sum + Math.min(job.log_bytes, config.jobLogMaxBytes), 0),
        has_more: all.length >= previewMax,
        oldest_finished_at: all.map((job) => job.finished_at).sort()[0] ?? null,
      };
    },
  };

  async function removeAll(isStopped: () => boolean): Promise<number> {
    let removed = 0;
    for (const status of ['succeeded', 'cancelled', 'failed']) {
      const bounds = boundsOf(status);
      for (let batch = pruning.find(status, bounds, batchJobs); batch.length > 0 && !isStopped(); ) {
        removed += await removal.removeBatch(batch, recordNothing);
        batch = pruning.find(status, bounds, batchJobs);
      }
    }
    if (removed === 0) return 0;
    const row = { event: 'jobs.pruned', by: systemRequester, detail: { jobs: removed } };
    await untilFree(() => audit.record({ ...row, outcome: 'ok' }));
    log.info({ event: 'jobs.pruned', jobs: removed }, 'old jobs were removed');
    return removed;
  }
}
