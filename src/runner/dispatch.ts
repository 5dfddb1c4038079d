// Starts queued jobs: in the order of the lock queue, those whose locks are free, as many as may run at once.
import type { Log } from '../core/log.ts';
import type { Failure, Job } from '../jobs/job.ts';
import { findStartable } from '../jobs/locks.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { createAdmission } from './admission.ts';
import { retryMs } from './settle.ts';

type Given = {
  repository: Pick<JobRepository, 'positions' | 'find' | 'start'>;
  log: Log;
  maxRunning: number;
  runningCount: () => number;
  judge: ReturnType<typeof createAdmission>['judge'];
  refuse: (job: Job, failure: Failure) => void;
  hasRoom: () => boolean;
  only: ReadonlySet<string> | null;
  launch: (job: Job) => void;
};

export function createDispatch(given: Given) {
  const { repository, log, maxRunning, runningCount, judge, refuse, hasRoom, only, launch } = given;
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

  /** Starts every waiting job that is compatible with the holders and all earlier waiters. */
  function runOnce() {
    if (!isStarted) return;
    for (const id of startable()) {
      if (!hasRoomToStart()) return schedule.runLater();
      const job = admit(id) ? repository.start(id) : null;
      if (job) launch(job);
    }
  }

  function startable(): string[] {
    if (!only) return findStartable(repository.positions(), maxRunning - runningCount());
    return findStartable(repository.positions(), Number.POSITIVE_INFINITY).filter((id) => only.has(id));
  }

  function hasRoomToStart(): boolean {
    const isShort = !hasRoom();
    if (isShort && !isShortOfDescriptors) log.warn('jobs wait, because too many files are open');
    isShortOfDescriptors = isShort;
    return !isShort;
  }

  /** A job that may not start fails at once. */
  function admit(id: string): boolean {
    const job = repository.find(id);
    const verdict = job && judge(job);
    if (job && verdict && verdict !== 'checking') refuse(job, verdict);
    return job !== null && verdict === null;
  }
}

/** Runs after the current events, once for all of them; after an error, e.g. of a busy or full ops.db, runs again. */
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
