// The badges of runs and of due times.
import type { Job } from '../../jobs/job.ts';
import { badges } from '../../jobs/job-view.ts';
import type { Tick } from '../../schedule-store/schedule.ts';

/** A quiet one is a plain word with its icon. */
export type RunBadge = { isQuiet: boolean; tone: string; icon: string; word: string };

const quiet = (tone: string, icon: string, word: string): RunBadge => ({ isQuiet: true, tone, icon, word });
const loud = (tone: string, icon: string, word: string): RunBadge => ({ isQuiet: false, tone, icon, word });

const tickBadges: Record<Tick['outcome'], RunBadge> = {
  started: quiet('idle', 'clock', 'Started'),
  skipped: quiet('hold', 'pause', 'Skipped'),
  missed: loud('warn', 'tri', 'Missed'),
  refused: loud('hold', 'lock', 'Refused'),
};
const madeUp = quiet('idle', 'retry', 'Made up');
const running = quiet('run', 'half', 'Running');
const none = quiet('idle', 'clock', 'Not run yet');

/** That of the job, if there is one. A made-up run that has succeeded says that it was made up. */
export function badgeOfRun({ tick, job }: { tick: Tick | null; job: Job | null }): RunBadge {
  if (job) {
    if (job.status === 'succeeded' && tick?.why) return madeUp;
    if (job.status === 'running') return running;
    return { ...badges[job.status], isQuiet: job.status !== 'failed' && job.status !== 'retrying' };
  }
  return tick ? tickBadges[tick.outcome] : none;
}
