// One attempt of a job, from the spawn to the facts of its end: its child, its log, its messages, its limits.
import { type Config, childEnvironment } from '../core/config.ts';
import { createBusyRetry } from '../core/db/busy-retry.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import type { Job, ProcessIdentity, Progress } from '../jobs/job.ts';
import { jobLogFile, openJobLog } from '../jobs/log.ts';
import type { Operation } from '../core/operation.ts';
import { duration } from '../core/format.ts';
import { spawnChild } from './child.ts';
import { commandOf } from './command.ts';
import type { Usage } from './process-tree.ts';
import { createInbox } from './inbox.ts';
import { createTail } from './lines.ts';
import type { AttemptFacts, Cause } from './outcome.ts';
import { createOutput } from './output.ts';
import type { RowMessage } from '../jobs/protocol.ts';
import { type Masker, maskerFor } from '../core/secrets.ts';

/** What an attempt tells while it runs. */
export type AttemptEvents = {
  /** Called before the script's first instruction; must commit the identity, and settle when it is on the disk. */
  onSpawn(identity: ProcessIdentity): Promise<void>;
  /** A descendant that could not be found otherwise if the server died; gives whether it is stored. */
  onHidden(identity: ProcessIdentity): boolean;
  onProgress(progress: Progress): void;
  onRows(rows: RowMessage[]): void;
  onLog(logBytes: number): void;
  /** Something people should know while it runs; null takes it back. Gives whether it is stored. */
  onWarning(warning: string | null): boolean;
  /** It was asked to stop, and is ended by force at that time. */
  onEnding(killAt: Date): void;
};

export type Attempt = {
  /** Begins to end the attempt; the first cause is kept. */
  end(cause: Cause): void;
  finished: Promise<Omit<AttemptFacts, 'applied'> & { logBytes: number; usage: Usage }>;
};

const stderrTailBytes = 4096;
/** How long a job waits for an ops.db that another process is writing. */
const busyRetry = { maxMs: 10_000, everyMs: 100 };
/** The server must be gone within ten seconds, however long the grace is that a cancel gives. */
const shutdownGraceMs = 5000;

/** Throws, or `finished` rejects, when the script could not be started. What `mask` hides shows nowhere: not in the log,
 *  nor in progress, rows, result or failure. */
export function startAttempt(
  job: Job,
  operation: Operation,
  config: Config,
  events: AttemptEvents,
  now: () => Date,
  mask: Masker = maskerFor([]),
): Attempt {
  const { argv, passedOn } = commandOf(operation);
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  let lateWarning: string | null = null;
  const untilFree = createBusyRetry(busyRetry);
  const inbox = createInbox(events, now, mask, (work) => {
    return untilFree(work).catch((error) => guarded(() => rethrow(error)));
  });
  const output = createOutput(mask.stream, (stream, text) =>
    guarded(() => {
      if (stream === 'stderr') stderrTail.add(text);
      log.write(stream, text);
      events.onLog(log.size);
    }),
  );
  const child = spawnChild(
    argv,
    {
      cwd: config.root,
      env: childEnvironment(config, {}, passedOn),
      marker: `${job.id}.${job.attempt}`,
      root: config.root,
    },
    {
      onStdout: (chunk) => guarded(() => output.add('stdout', chunk)),
      onStderr: (chunk) => guarded(() => output.add('stderr', chunk)),
      onMessages: (chunk) => guarded(() => inbox.add(chunk)),
      onStopped: (isStopped) => events.onWarning(isStopped ? stoppedWarning : lateWarning),
      onHidden: events.onHidden,
    },
  );

  let cause: Cause | null = null;
  let fault: string | null = null;
  const end = (first: Cause) => {
    const graceMs = first === 'shutdown' ? Math.min(shutdownGraceMs, config.killGraceMs) : config.killGraceMs;
    void child.end(graceMs);
    // A child that has ended by itself was first; what it left behind is being ended already.
    if (child.hasExited() || cause !== null) return;
    cause = first;
    events.onEnding(new Date(now().getTime() + graceMs));
  };
  const limitMs = operation.hardLimitMs ?? config.timeoutMs;
  const softLimitMs = operation.softLimitMs ?? limitMs / 2;
  const timer = setTimeout(end, limitMs, 'timed_out');
  const softTimer = setTimeout(() => {
    lateWarning = softLimitWarning(softLimitMs, limitMs);
    events.onWarning(lateWarning);
  }, softLimitMs);
  void begin();
  return { end, finished: follow() };

  /** The script waits behind its gate until its identity is committed. */
  async function begin() {
    const { identity } = child;
    if (!identity) return;
    try {
      await untilFree(() => events.onSpawn(identity));
      child.release(JSON.stringify(job.args));
    } catch (error) {
      guarded(() => rethrow(error));
    }
  }

  async function follow() {
    try {
      const exit = await child.exited;
      clearTimeout(softTimer);
      clearTimeout(timer);
      const survivors = await child.end(config.killGraceMs);
      guarded(output.end);
      guarded(inbox.end);
      await inbox.stored();
      return {
        cause,
        fault,
        exit,
        ...inbox.received(),
        survivors,
        stderrTail: stderrTail.text(),
        limitSec: limitMs / 1000,
        logBytes: log.size,
        usage: child.usage(),
      };
    } finally {
      clearTimeout(softTimer);
      clearTimeout(timer);
      output.drop();
      log.close();
    }
  }

  /** A full disk, or a database that stays busy, ends this attempt and not the server. */
  function guarded(work: () => void) {
    if (fault !== null) return;
    try {
      work();
    } catch (error) {
      fault = wordFault(error as NodeJS.ErrnoException);
      cause ??= 'server_fault';
      void child.end(0);
    }
  }
}

const stoppedWarning =
  'Its process is stopped (SIGSTOP): it does nothing until someone continues it. Cancel ends it.';

function softLimitWarning(softLimitMs: number, limitMs: number): string {
  return `It takes longer than ${duration(softLimitMs / 1000)}, its soft limit. At ${duration(limitMs / 1000)} it is stopped.`;
}

function rethrow(error: unknown): never {
  throw error;
}

/** A full disk is named, so that people look there first. */
function wordFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'SQLITE_FULL') return 'what it reported could not be stored, the disk is full (ENOSPC)';
  return isDiskFull({ code }) ? `its log stopped, the disk is full (${code})` : message;
}
