// Stores what an attempt tells while it runs, and says so on the bus. What only shows how a job is getting on is never
// a reason to end it: what cannot be stored now is stored later, the last progress with the end.
import type { Bus } from '../core/bus.ts';
import type { Job, Progress } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Log } from '../core/log.ts';
import type { AttemptEvents } from './attempt.ts';

export function recordAttempt(
  job: Job,
  { repository, bus, log }: { repository: JobRepository; bus: Bus; log: Log },
): AttemptEvents & { lastProgress(): Progress | null } {
  let progress = job.progress;
  let logBytes = 0;
  /** Whether it is stored. */
  const isStored = (store: () => void): boolean => {
    try {
      store();
      return true;
    } catch (error) {
      log.warn({ err: error, job_id: job.id, number: job.number }, 'progress could not be stored');
      return false;
    }
  };
  const show = (store: () => Job | null): boolean => {
    let shown: Job | null = null;
    const isShown = isStored(() => {
      shown = store();
    });
    if (shown) bus.emit('job', shown);
    return isShown;
  };
  return {
    onSpawn(identity) {
      repository.setProcess(job, identity);
      return repository.synced();
    },
    onHidden: (identity) => isStored(() => repository.addProcess(job, identity)),
    onProgress(newest) {
      progress = newest;
      show(() => repository.setProgress(job, progress, logBytes));
    },
    onWarning: (warning) => show(() => repository.setWarning(job, warning)),
    onEnding: (killAt) => show(() => repository.setKillAt(job, killAt)),
    onRows(rows) {
      repository.addRows(
        job.id,
        rows.map(({ ref, outcome, message }) => ({ ref: ref ?? null, outcome, message: message ?? null })),
      );
      bus.emit('rows', job);
    },
    onLog(size) {
      logBytes = size;
      bus.emit('log', job);
    },
    lastProgress: () => progress,
  };
}
