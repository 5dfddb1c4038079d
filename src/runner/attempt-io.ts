// Where the output and the messages of an attempt go: its log, the tail of stderr, its events. Everything is masked first.
import { busyLimits, createBusyRetry } from '../core/db/busy-retry.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Masker } from '../core/secrets.ts';
import type { Job } from '../jobs/job.ts';
import { jobLogFile, openJobLog } from '../jobs/log.ts';
import type { FaultGuard } from './fault.ts';
import { createInbox } from './inbox.ts';
import { createTail } from './lines.ts';
import { createOutput } from './output.ts';
import type { AttemptEvents } from './record.ts';

const stderrTailBytes = 4096;

type Given = Pick<Kernel, 'config' | 'now'> & {
  job: Job;
  events: AttemptEvents;
  mask: Masker;
  guard: FaultGuard;
};

export function createAttemptIo(given: Given) {
  const { job, config, events, mask, now, guard } = given;
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  const untilFree = createBusyRetry(busyLimits.runningJob);
  const inbox = createInbox(events, now, mask, (write) => untilFree(write).catch(guard.fail));
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
      onMessages: (chunk: Buffer) => guard.run(() => inbox.add(chunk)),
    },

    /** Stores the process identity; waits for a busy ops.db. */
    storeIdentity: (identity: Parameters<AttemptEvents['onSpawn']>[0]) =>
      untilFree(() => events.onSpawn(identity)),

    /** Takes what is still buffered, waits until the rows are stored, and gives all that was received. */
    async end() {
      guard.run(output.end);
      guard.run(inbox.end);
      await inbox.stored();
      return { ...inbox.received(), stderrTail: stderrTail.text(), logBytes: log.size };
    },

    close() {
      output.drop();
      log.close();
    },
  };
}
