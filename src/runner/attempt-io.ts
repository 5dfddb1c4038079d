// Where the output and the messages of an attempt go: its log, the tail of stderr, its events. Everything is masked first.
import { busyLimits, createBusyRetry } from '../core/db/busy-retry.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { explain } from '../core/faults.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Masker } from '../core/secrets.ts';
import type { Job, JobProcess } from '../jobs/job.ts';
import { jobLogFile, openJobLog } from '../job-log/log.ts';
import type { RowMessage } from '../jobs/protocol.ts';
import { createMessageReader, createTail } from './lines.ts';
import { createOutput } from './output.ts';
import { createProgressMeter } from './progress.ts';
import type { AttemptEvents } from './record.ts';

const stderrTailBytes = 4096;
const batchRows = 500;
/** How long a row may wait for others, so that the page shows it while the script runs. */
const batchMaxMs = 1000;

type Given = Pick<Kernel, 'config' | 'now'> & {
  job: Job;
  events: AttemptEvents;
  mask: Masker;
  guard: ReturnType<typeof createFaultGuard>;
};

export function createAttemptIo({ job, config, events, mask, now, guard }: Given) {
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  const untilFree = createBusyRetry(busyLimits.runningJob);
  const progress = createProgressMeter(events.onProgress, now);
  const rows = createRowBatches((batch) => untilFree(() => events.onRows(batch)).catch(guard.fail));
  const messages = createMessageReader({
    mask,
    onProgress: progress.note,
    onRow: rows.add,
    onUsage: events.onUsage,
  });
  const output = createOutput(mask.stream, (stream, text) =>
    guard.run(() => {
      if (stream === 'stderr') stderrTail.add(text);
      log.write(stream, text);
      events.onLog(log.size);
    }),
  );

  return {
    output: {
      onStdout: (chunk: Buffer) => guard.run(() => output.add('stdout', chunk)),
      onStderr: (chunk: Buffer) => guard.run(() => output.add('stderr', chunk)),
      onMessages: (chunk: Buffer) => guard.run(() => messages.add(chunk)),
    },

    /** Stores which process runs the script; waits for a busy ops.db. */
    storeProcess: (started: JobProcess) => untilFree(() => events.onSpawn(started)),

    /** Takes what is still buffered, waits until the rows are stored, or given up, and gives all that was received. */
    async end() {
      guard.run(output.end);
      guard.run(() => {
        messages.end();
        progress.flush();
        rows.flush();
      });
      await rows.stored();
      return { ...messages.received(), stderrTail: stderrTail.text(), logBytes: log.size };
    },

    close() {
      output.drop();
      log.close();
    },
  };
}

/** `store` runs a write, maybe later, in order; it never rejects. */
function createRowBatches(store: (batch: RowMessage[]) => Promise<void>) {
  let batch: RowMessage[] = [];
  let timer: NodeJS.Timeout | null = null;
  let stored: Promise<unknown> = Promise.resolve();
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (batch.length === 0) return;
    stored = Promise.all([stored, store(batch)]);
    batch = [];
  };
  return {
    add(row: RowMessage) {
      batch.push(row);
      if (batch.length >= batchRows) flush();
      else timer ??= setTimeout(flush, batchMaxMs);
    },
    flush,
    stored: () => stored,
  };
}

/** Turns an error of the server, e.g. a full disk, into a fault of the attempt. After the first, no work is run. */
export function createFaultGuard(onFault: () => void) {
  let fault: string | null = null;
  const fail = (error: unknown) => {
    if (fault !== null) return;
    fault = describeFault(error);
    onFault();
  };
  return {
    fault: () => fault,
    fail,
    run(work: () => void) {
      if (fault !== null) return;
      try {
        work();
      } catch (error) {
        fail(error);
      }
    },
  };
}

function describeFault(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const isLog = code !== 'SQLITE_FULL' && isDiskFull(error);
  return isLog ? 'Its log stopped: the disk is full. Free some space, then retry it.' : explain(error);
}
