// One attempt of a job, from the spawn to the facts of its end: its child, its log, its messages, its limits.
import path from 'node:path';
import { type Config, childEnvironment, packageRoot } from '../config.ts';
import type { Job, Progress } from '../jobs/job.ts';
import { jobLogFile, openJobLog } from '../jobs/log.ts';
import type { ProcessIdentity } from '../jobs/repository.ts';
import type { Operation } from '../operations/operation.ts';
import { spawnChild } from './child.ts';
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

export function startAttempt(
  job: Job,
  operation: Operation,
  config: Config,
  events: AttemptEvents,
  now: () => Date,
): Attempt {
  const log = openJobLog(jobLogFile(config.root, job.number), config.jobLogMaxBytes, now);
  const stderrTail = createTail(stderrTailBytes);
  const inbox = createInbox(events, now);
  const write = (stream: 'stdout' | 'stderr', chunk: Buffer) => {
    log.write(stream, chunk);
    events.onLog(log.size);
  };
  const script = path.join(packageRoot, 'dist/scripts', `${operation.script}.js`);
  const child = spawnChild(
    [process.execPath, script],
    {
      cwd: config.root,
      env: childEnvironment(config, {}),
      marker: `${job.id}.${job.attempt}`,
      root: config.root,
    },
    {
      onStdout: (chunk) => write('stdout', chunk),
      onStderr(chunk) {
        stderrTail.add(chunk);
        write('stderr', chunk);
      },
      onMessages: inbox.read,
    },
  );
  events.onSpawn(child.identity);
  child.release(JSON.stringify(job.args));

  let cause: Cause | null = null;
  const end = (first: Cause) => {
    cause ??= first;
    void child.end(config.killGraceMs);
  };
  const limitMs = operation.hardLimitMs ?? config.timeoutMs;
  const timer = setTimeout(end, limitMs, 'timed_out');
  const finished = child.exited.then(async (exit) => {
    clearTimeout(timer);
    const survivors = await child.end(config.killGraceMs);
    inbox.flush();
    log.close();
    return {
      cause,
      exit,
      ...inbox.received(),
      survivors,
      stderrTail: stderrTail.text(),
      limitSec: limitMs / 1000,
      logBytes: log.size,
    };
  });
  return { end, finished };
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
  return {
    read: createLineReader(messageMaxBytes, take, () => {
      badMessages += 1;
    }),
    flush() {
      meter.flush();
      flushRows();
    },
    received: () => ({ result, failure, badMessages }),
  };
}
