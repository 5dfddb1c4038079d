// Gathers the errors of the server, of jobs and of workers, and writes their counts once a second. Nobody waits for that write.
import { packageRoot, version } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { seenInJob } from './from-job.ts';
import { mayReportError, reportNotCounted, seenInLine } from './from-line.ts';
import type { Gathered, Gathering } from './gathering.ts';
import { hourOf } from './group.ts';
import type { CountRepository, FailedJob } from './count-repository.ts';

const everyMs = 1000;
/** Jobs whose failure was counted: the bus may name one again. */
const maxKnown = 100;
/** The number of failures that a crash of the server left uncounted and that are counted later, at most. */
const maxCaughtUp = 100;

type Given = Pick<Kernel, 'bus' | 'keptLines' | 'log' | 'redactor' | 'untilFree' | 'now'> & {
  gathering: Gathering;
  counts: CountRepository;
  jobs: Pick<JobRepository, 'find'>;
  /** The first use of this program with these data, as far as it is known. */
  since: () => string | null;
  /** Adds the errors of workers. */
  lookAtWorkers: () => Promise<void>;
};

export type Collector = ReturnType<typeof createCollector>;

export function createCollector(given: Given) {
  const { bus, keptLines, log, redactor, gathering, counts, untilFree, now } = given;
  const failures = createFailures(given);
  const lookAtWorkers = createLook(given);
  let isReported = false;
  let cleanedAt = '';

  keptLines.listen((line) => {
    if (mayReportError(line)) gathering.add(() => seenInLine(line, redactor, packageRoot));
  });

  const loop = createLoop({ everyMs, runOnce, onError: report });

  return {
    /** Also counts the failures that the last server could not: it was killed, or others held ops.db. */
    start() {
      failures.catchUp(report);
      return loop.start();
    },

    stop: () => loop.stop(),

    /** Writes the errors gathered since, if ops.db can be written; if not, others have said so. Never rejects. */
    end: () => save().catch(() => {}),

    /** Looks at the workers, and writes the gathered errors. */
    runOnce,

    /** Writes the gathered errors. Throws while ops.db cannot be written, and keeps them then. */
    save,
  };

  async function runOnce() {
    try {
      await lookAtWorkers();
    } finally {
      await save();
    }
    const hour = hourOf(now());
    if (hour === cleanedAt) return;
    await untilFree(() => counts.removeOldHours(now()));
    cleanedAt = hour;
  }

  async function save() {
    failures.read();
    if (gathering.isEmpty()) return;
    const taken: Gathered[] = gathering.take();
    try {
      await untilFree(() => counts.add(taken, version));
    } catch (error) {
      gathering.giveBack(taken);
      throw error;
    }
    isReported = false;
    bus.emit('errors');
  }

  /** The log must not fill while a disk is full. */
  function report(error: unknown) {
    if (!isReported) reportNotCounted(log, error);
    isReported = true;
  }
}

/** Looks at the workers if they have changed. A change during a look is left to the next one. */
function createLook({ bus, lookAtWorkers }: Pick<Given, 'bus' | 'lookAtWorkers'>) {
  let isDirty = true;
  for (const event of ['sample', 'library', 'workers'] as const)
    bus.on(event, () => {
      isDirty = true;
    });
  return async () => {
    if (!isDirty) return;
    isDirty = false;
    try {
      await lookAtWorkers();
    } catch (error) {
      isDirty = true;
      throw error;
    }
  };
}

/** The jobs that have failed since the last write, each once. */
function createFailures({ bus, counts, gathering, jobs, redactor, since }: Given) {
  let known: string[] = [];
  const waiting: number[] = [];
  const add = ({ id, number }: FailedJob) => {
    if (known.includes(id)) return;
    known = [...known, id].slice(-maxKnown);
    waiting.push(number);
  };
  bus.on('job', (job) => {
    if (job.status === 'failed') add(job);
  });

  return {
    /** Adds those of before the start that were not counted. */
    catchUp(onError: (error: unknown) => void) {
      try {
        counts.uncountedJobs(since(), maxCaughtUp).forEach(add);
      } catch (error) {
        onError(error);
      }
    },

    /** Reads why they have failed. Throws while ops.db cannot be read; then the others are read later. */
    read() {
      while (waiting.length > 0) {
        const job = jobs.find(String(waiting[0]));
        waiting.shift();
        if (job) gathering.add(() => seenInJob(job, redactor, packageRoot));
      }
    },
  };
}
