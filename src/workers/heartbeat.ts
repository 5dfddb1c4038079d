// The row of a worker process: what it reports about itself, at intervals and after changes.
import { explain } from '../core/faults.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { Pace } from './pace.ts';
import { type Beat, firstBeat, type WorkerRepository } from './repository.ts';

export type Heartbeat = ReturnType<typeof createHeartbeat>;

type Given = {
  name: string;
  claimant: string;
  repository: Pick<WorkerRepository, 'beat'>;
  untilFree: UntilFree;
  pace: Pace;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
  /** Another process has taken the name: this one must end. */
  onReplaced: () => void;
};

export function createHeartbeat({ name, claimant, repository, untilFree, pace, report, onReplaced }: Given) {
  const beat: Beat = { ...firstBeat };
  let sentAt = Number.NEGATIVE_INFINITY;
  let hasLeft = false;

  return {
    current: beat as Readonly<Beat>,

    set(changes: Partial<Beat>) {
      Object.assign(beat, changes);
    },

    /** Writes the row, as soon as ops.db is free. */
    send() {
      if (hasLeft) return;
      sentAt = performance.now();
      // The rate of the last minute is no rate of a worker that rests.
      beat.rate_per_min = beat.state === 'working' ? pace.ratePerMin() : 0;
      beat.speed_per_min = pace.speedPerMin();
      beat.p95_ms = pace.p95Ms();
      beat.rss_bytes = process.memoryUsage.rss();
      untilFree(() => repository.beat({ name, claimant }, beat)).then(
        (isOurs) => {
          if (isOurs || hasLeft) return;
          hasLeft = true;
          report(`Another process has taken the name ${name}; this one stops.`);
          onReplaced();
        },
        (error: Error) => report(`The heartbeat could not be written: ${explain(error)}`),
      );
    },

    msSinceSent: () => performance.now() - sentAt,

    /** Writes nothing any more. */
    leave() {
      hasLeft = true;
    },
  };
}
