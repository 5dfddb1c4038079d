// Stores what an attempt reports, and emits it on the bus. Progress that cannot be stored never ends the job.
import type { Kernel } from '../core/kernel.ts';
import type { UsageCounter } from '../cost-store/usage-counter.ts';
import type { Job, JobProcess, ProcessIdentity, Progress } from '../jobs/job.ts';
import type { RowMessage, UsageMessage } from '../jobs/protocol.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { createSampleRecorder } from './samples.ts';

export type AttemptEvents = ReturnType<typeof recordAttempt>;

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & {
  repository: JobRepository;
  usage: Pick<UsageCounter, 'add'>;
};

export function recordAttempt(job: Job, { repository, usage, bus, log, now }: Given) {
  let progress = job.progress;
  let logBytes = 0;

  return {
    /** Called before the script's first instruction; commits its process, and settles when that is durable. */
    onSpawn(started: JobProcess): Promise<void> {
      repository.setProcess(job, started);
      return repository.synced();
    },
    /** Reports a descendant that only this record finds if the server dies; gives whether it is stored. */
    onHidden: (identity: ProcessIdentity) => tryStore(() => repository.addProcess(job, identity)),
    onProgress(newest: Progress) {
      progress = newest;
      publish(() => repository.setProgress(job, progress, logBytes));
    },
    onMeasured: createSampleRecorder(
      {
        add: (sample) => void tryStore(() => repository.addSample(job, sample)),
        thin: () => void tryStore(() => repository.thinSamples(job)),
      },
      now,
    ),
    /** A warning to show while it runs; null removes it. Gives whether it is stored. */
    onWarning: (warning: string | null) => publish(() => repository.setWarning(job, warning)),
    /** It was asked to stop, and is killed at that time. */
    onEnding: (killAt: Date) => publish(() => repository.setKillAt(job, killAt)),
    onRows(rows: RowMessage[]) {
      repository.addRows(job.id, rows);
      bus.emit('rows', job);
    },
    onUsage: ({ item, quantity, is_estimate }: UsageMessage) => usage.add(item, quantity, is_estimate),
    onLog(size: number) {
      logBytes = size;
      bus.emit('log', job);
    },
    lastProgress: () => progress,
  };

  function tryStore(store: () => void): boolean {
    try {
      store();
      return true;
    } catch (error) {
      log.warn({ err: error, job_id: job.id, number: job.number }, 'progress could not be stored');
      return false;
    }
  }

  function publish(store: () => Job | null): boolean {
    let stored: Job | null = null;
    const isStored = tryStore(() => {
      stored = store();
    });
    if (stored) bus.emit('job', stored);
    return isStored;
  }
}
