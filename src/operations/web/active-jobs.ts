// The running and waiting jobs of one operation, as its row lists them.
import type { Job } from '../../jobs/job.ts';
import { viewJob } from '../../jobs/job-view.ts';
import { foldWaiting } from '../fold-waiting.ts';
import type { OperationContext } from '../parts.ts';

/** `jobs`: at least one, by number. `state` is the label of the operation's button. */
export function viewActiveJobs(ctx: OperationContext, jobs: Job[]) {
  const folded = foldWaiting(jobs);
  const running = folded.running.map((job) => viewJob(ctx, job));
  const shown = [...running, ...folded.waiting.map((job) => viewJob(ctx, job))];
  const [first] = shown;
  return {
    jobs: shown,
    runs: running.length,
    more: folded.more,
    state: running.length > 0 ? 'Running' : first?.badge.word,
    badge: running.length > 1 ? { ...running[0]?.badge, word: `${running.length} running` } : first?.badge,
  };
}
