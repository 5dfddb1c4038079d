// One attempt of a job, from the spawn to the facts of its end: its child, its log, its messages, its limits.
import { type Config, childEnvironment } from '../config.ts';
import type { Job, Progress } from '../jobs/job.ts';
import { type JobLog, jobLogFile, openJobLog } from '../jobs/log.ts';
import type { ProcessIdentity } from '../jobs/repository.ts';
import type { Operation } from '../operations/operation.ts';
import { spawnChild } from './child.ts';
import { commandOf } from './command.ts';
import { createLineReader, createTail } from './lines.ts';
import type { AttemptFacts, Cause } from './outcome.ts';
import { createProgressMeter } from './progress.ts';
import { messageMaxBytes, parseMessage, type RowMessage } from './protocol.ts';

/** What an attempt tells while it runs. */
export type AttemptEvents = {
  /** Called before the script's first instruction; must commit the identity. */
  onSpawn(identity: ProcessIdentity): void;
  onProgress(progress: Progress): void;
  onRows(rows: RowMessage[]): void;
  onLog(logBytes: number): void;
};

export type Attempt = {
  /** Begins to end the attempt; the first cause is kept. */
  end(cause: Cause): void;
  finished: Promise<Omit<AttemptFacts, 'applied'> & { logBytes: number }>;
};

const stderrTailBytes = 4096;
const rowBatch = 500;
/** The server must be gone within ten seconds, however long the grace is that a cancel gives. */
const shutdownGraceMs = 5000;

/** Throws, or `finished` rejects, when the script could not be started. */
export function startAttempt(
  job: Job,
  operation: Operation,
  config: Config,
  events: AttemptEvents,
  now: () => Date,
): Attempt {
  const { argv, passedOn } = commandOf(operation);
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  const inbox = createInbox(events, now);
  const write = (stream: 'stdout' | 'stderr', chunk: Buffer) => {
    log.write(stream, chunk);
    events.onLog(log.size);
  };
  const child = closingOnError(log, () =>
    spawnChild(
      argv,
      {
        cwd: config.root,
        env: childEnvironment(config, {}, passedOn),
        marker: `${job.id}.${job.attempt}`,
        root: config.root,
      },
      {
        onStdout: (chunk) => guarded(() => write('stdout', chunk)),
        onStderr: (chunk) =>
          guarded(() => {
            stderrTail.add(chunk);
            write('stderr', chunk);
          }),
        onMessages: (chunk) => guarded(() => inbox.add(chunk)),
      },
    ),
  );

  let cause: Cause | null = null;
  let fault: string | null = null;
  const end = (first: Cause) => {
    // A child that has ended by itself was first; what it left behind is being ended already.
    if (!child.hasExited()) cause ??= first;
    void child.end(first === 'shutdown' ? Math.min(shutdownGraceMs, config.killGraceMs) : config.killGraceMs);
  };
  const limitMs = operation.hardLimitMs ?? config.timeoutMs;
  const timer = setTimeout(end, limitMs, 'timed_out');
  guarded(() => {
    if (!child.identity) return;
    events.onSpawn(child.identity);
    child.release(JSON.stringify(job.args));
  });
  return { end, finished: follow() };

  async function follow() {
    try {
      const exit = await child.exited;
      clearTimeout(timer);
      const survivors = await child.end(config.killGraceMs);
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
      };
    } finally {
      clearTimeout(timer);
      log.close();
    }
  }

  /** A full disk or a busy database ends this attempt, not the server. */
  function guarded(work: () => void) {
    if (fault !== null) return;
    try {
      work();
    } catch (error) {
      fault = (error as Error).message;
      cause ??= 'server_fault';
      void child.end(0);
    }
  }
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
function createInbox(events: AttemptEvents, now: () => Date) {
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
    const message = parseMessage(line);
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
