// Starts queued jobs in the order of the lock queue, when their locks are free, up to `maxRunningJobs` at once.
import type { Config } from '../core/config.ts';
import type { Log } from '../core/log.ts';
import type { Failure, Job } from '../jobs/job.ts';
import { findStartable } from '../jobs/locks.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import { windowIdOf } from '../window-store/window.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { createAdmission } from './admission.ts';
import { retryMs } from './settle.ts';

type Given = {
  repository: Pick<JobRepository, 'positions' | 'find' | 'start'>;
  windowClaims: Pick<WindowClaims, 'enter' | 'keepUp'>;
  log: Log;
  config: Pick<Config, 'maxRunningJobs'>;
  runningCount: () => number;
  /** Null admits the job; `checking` leaves it queued until the check has ended, which calls `runSoon`. */
  judge: ReturnType<typeof createAdmission>['judge'];
  refuse: (job: Job, failure: Failure) => void;
  hasSpareDescriptors: () => boolean;
  /** The only jobs to start, regardless of `maxRunningJobs`: those of a command run without a server. */
  only: ReadonlySet<string> | null;
  launch: (job: Job) => void;
};

export function createDispatch(given: Given) {
  const { repository, windowClaims, log, config, runningCount, judge, refuse, only, launch } = given;
  let isStarted = false;
  let isShortOfDescriptors = false;
  const schedule = createSchedule(runOnce, log);

  return {
    start() {
      isStarted = true;
      schedule.runSoon();
    },
    stop() {
      isStarted = false;
      schedule.stop();
    },
    runOnce,
    runSoon: schedule.runSoon,
  };

  /** Starts the queued jobs that are compatible with the holders and all earlier waiters, as far as there is room, and enters
   *  the maintenance window whose turn it is. Starts nothing while the windows cannot be read. */
  function runOnce() {
    if (!isStarted) return;
    windowClaims.keepUp();
    for (const id of startable()) {
      const windowId = windowIdOf(id);
      if (windowId !== null) {
        windowClaims.enter(windowId);
        continue;
      }
      if (!checkDescriptors()) return schedule.runLater();
      const job = admit(id) ? repository.start(id) : null;
      if (job) launch(job);
    }
  }

  function startable(): string[] {
    if (!only) return findStartable(repository.positions(), config.maxRunningJobs - runningCount());
    const all = findStartable(repository.positions(), Number.POSITIVE_INFINITY);
    return all.filter((id) => only.has(id) || windowIdOf(id) !== null);
  }

  function checkDescriptors(): boolean {
    const isShort = !given.hasSpareDescriptors();
    if (isShort && !isShortOfDescriptors) log.warn('jobs wait, because too many files are open');
    isShortOfDescriptors = isShort;
    return !isShort;
  }

  /** Whether the job may start now; fails a job that never may. */
  function admit(id: string): boolean {
    const job = repository.find(id);
    const verdict = job && judge(job);
    if (job && verdict && verdict !== 'checking') refuse(job, verdict);
    return job !== null && verdict === null;
  }
}

/** Calls to `runSoon` in one turn of the event loop share a run after it. A run that throws, e.g. because ops.db is busy or
 *  full, is repeated after `retryMs`. */
function createSchedule(run: () => void, log: Log) {
  let isScheduled = false;
  let timer: NodeJS.Timeout | null = null;

  function runSoon() {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      try {
        run();
      } catch (error) {
        log.error({ err: error }, 'jobs could not be started; tried again soon');
        runLater();
      }
    });
  }

  function runLater() {
    timer ??= setTimeout(() => {
      timer = null;
      runSoon();
    }, retryMs);
  }

  function stop() {
    if (timer) clearTimeout(timer);
    timer = null;
  }

  return { runSoon, runLater, stop };
}
