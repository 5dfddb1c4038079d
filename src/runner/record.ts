// Stores what an attempt reports while it runs, and emits it on the bus. Progress that cannot be stored never ends the
// job: the next report stores it, or the end of the job does.
import type { Bus } from '../core/bus.ts';
import type { Log } from '../core/log.ts';
import type { Job, ProcessIdentity, Progress } from '../jobs/job.ts';
import type { RowMessage } from '../jobs/protocol.ts';
import type { JobRepository } from '../jobs/repository.ts';

/** What an attempt reports while it runs. */
export type AttemptEvents = {
  /** Called before the script's first instruction; commits the identity, and settles when it is durable. */
  onSpawn(identity: ProcessIdentity): Promise<void>;
  /** Reports a descendant that only this record finds if the server dies; gives whether it is stored. */
  onHidden(identity: ProcessIdentity): boolean;
  onProgress(progress: Progress): void;
  onRows(rows: RowMessage[]): void;
  onLog(logBytes: number): void;
  /** A warning to show while it runs; null removes it. Gives whether it is stored. */
  onWarning(warning: string | null): boolean;
  /** It was asked to stop, and is killed at that time. */
  onEnding(killAt: Date): void;
};

export function recordAttempt(
  job: Job,
  { repository, bus, log }: { repository: JobRepository; bus: Bus; log: Log },
): AttemptEvents & { lastProgress(): Progress | null } {
  let progress = job.progress;
  let logBytes = 0;
  /** Gives whether it was stored. */
  const tryStore = (store: () => void): boolean => {
    try {
      store();
      return true;
    } catch (error) {
      log.warn({ err: error, job_id: job.id, number: job.number }, 'progress could not be stored');
      return false;
    }
  };
  const publish = (store: () => Job | null): boolean => {
    let stored: Job | null = null;
    const isStored = tryStore(() => {
      stored = store();
    });
    if (stored) bus.emit('job', stored);
    return isStored;
  };
  return {
    onSpawn(identity) {
      repository.setProcess(job, identity);
      return repository.synced();
    },
    onHidden: (identity) => tryStore(() => repository.addProcess(job, identity)),
    onProgress(newest) {
      progress = newest;
      publish(() => repository.setProgress(job, progress, logBytes));
    },
    onWarning: (warning) => publish(() => repository.setWarning(job, warning)),
    onEnding: (killAt) => publish(() => repository.setKillAt(job, killAt)),
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
