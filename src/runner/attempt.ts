// One attempt of a job, from the spawn to the facts of its end: its child, its log, its messages, its limits.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, childEnvironment, packageRoot } from '../config.ts';
import { isDiskFull } from '../jobs/disk-reserve.ts';
import type { Job, Progress } from '../jobs/job.ts';
import { type JobLog, jobLogFile, openJobLog } from '../jobs/log.ts';
import type { ProcessIdentity } from '../jobs/repository.ts';
import type { Operation } from '../operations/operation.ts';
import { duration } from '../wording.ts';
import { spawnChild } from './child.ts';
import type { Usage } from './family.ts';
import { createLineReader, createTail } from './lines.ts';
import type { AttemptFacts, Cause } from './outcome.ts';
import { createOutput } from './output.ts';
import { createProgressMeter } from './progress.ts';
import { messageMaxBytes, parseMessage, type RowMessage } from './protocol.ts';
import { type Masker, maskerFor } from './secrets.ts';

/** What an attempt tells while it runs. */
export type AttemptEvents = {
  /** Called before the script's first instruction; must commit the identity. */
  onSpawn(identity: ProcessIdentity): void;
  onProgress(progress: Progress): void;
  onRows(rows: RowMessage[]): void;
  onLog(logBytes: number): void;
  /** Something people should know while it runs; null takes it back. */
  onWarning(warning: string | null): void;
  /** It was asked to stop, and is ended by force at that time. */
  onEnding(killAt: Date): void;
};

export type Attempt = {
  /** Begins to end the attempt; the first cause is kept. */
  end(cause: Cause): void;
  finished: Promise<Omit<AttemptFacts, 'applied'> & { logBytes: number; usage: Usage }>;
};

const stderrTailBytes = 4096;
const rowBatch = 500;
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
  const script = path.join(packageRoot, 'dist/scripts', `${operation.script}.js`);
  fs.accessSync(script, fs.constants.R_OK);
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  let lateWarning: string | null = null;
  const inbox = createInbox(events, now, mask);
  const output = createOutput(mask.stream, (stream, text) =>
    guarded(() => {
      if (stream === 'stderr') stderrTail.add(text);
      log.write(stream, text);
      events.onLog(log.size);
    }),
  );
  const child = closingOnError(log, () =>
    spawnChild(
      [process.execPath, script],
      {
        cwd: config.root,
        env: childEnvironment(config, {}),
        marker: `${job.id}.${job.attempt}`,
        root: config.root,
      },
      {
        onStdout: (chunk) => guarded(() => output.add('stdout', chunk)),
        onStderr: (chunk) => guarded(() => output.add('stderr', chunk)),
        onMessages: (chunk) => guarded(() => inbox.add(chunk)),
        onStopped: (isStopped) => events.onWarning(isStopped ? stoppedWarning : lateWarning),
      },
    ),
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
  guarded(() => {
    if (!child.identity) return;
    events.onSpawn(child.identity);
    child.release(JSON.stringify(job.args));
  });
  return { end, finished: follow() };

  async function follow() {
    try {
      const exit = await child.exited;
      clearTimeout(softTimer);
      clearTimeout(timer);
      const survivors = await child.end(config.killGraceMs);
      guarded(output.end);
      guarded(inbox.end);
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

  /** A full disk or a busy database ends this attempt, not the server. */
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

/** A full disk is named, so that people look there first. */
function wordFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'SQLITE_FULL') return 'what it reported could not be stored, the disk is full (ENOSPC)';
  return isDiskFull({ code }) ? `its log stopped, the disk is full (${code})` : message;
}

function closingOnError<T>(log: JobLog, work: () => T): T {
  try {
    return work();
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Reads messages; rows are passed on in batches. */
function createInbox(events: AttemptEvents, now: () => Date, mask: Masker) {
  const meter = createProgressMeter(events.onProgress, now);
  let rows: RowMessage[] = [];
  let result: Record<string, unknown> | null = null;
  let failure: AttemptFacts['failure'] = null;
  let badMessages = 0;
  const flushRows = () => {
    if (rows.length > 0) events.onRows(rows);
    rows = [];
  };
  const take = (line: string) => {
    const message = mask.value(parseMessage(line));
    if (!message) badMessages += 1;
    else if (message.type === 'progress') meter.note(message);
    else if (message.type === 'row') rows.push(message);
    else if (message.type === 'result') result = message.data;
    else failure = { message: message.message, detail: message.detail ?? null };
    if (rows.length >= rowBatch) flushRows();
  };
  const lines = createLineReader(messageMaxBytes, take, () => {
    badMessages += 1;
  });
  return {
    add: lines.add,
    end() {
      lines.end();
      meter.flush();
      flushRows();
    },
    received: () => ({ result, failure, badMessages }),
  };
}
