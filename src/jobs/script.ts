// The child's side of the script protocol: arguments from stdin, messages to CHL_MESSAGE_FD, the exit code.
import { readFileSync, writeSync } from 'node:fs';
import { type Config, loadConfig, readScriptEnvironment } from '../core/config.ts';
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { toFault } from '../core/faults.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { traceScript } from '../log-store/script-trace.ts';
import { withSaved } from './with-saved.ts';
import { exitCodes, type ScriptMessage } from './protocol.ts';

export type ScriptContext = {
  config: Config;
  /** The job and the attempt that this process runs; a script that writes the library stores both with its changes. */
  job: { id: string; attempt: number };
  /** Reports progress. Sent at most ten times a second, but at once for a new phase; the last one is always sent. */
  progress(done: number, total: number | undefined, phase: string, note?: string): void;
  /** Reports the outcome of one input row, e.g. `created` for `Experiences!17` (tab and row). */
  row(ref: string, outcome: string, message?: string): void;
  /** Reports its usage; a script that is started by hand counts nothing. */
  countUsage: CountUsage;
  /** Throws unless this is still the job's running attempt. Call it in the transaction that writes, just before COMMIT, so
   *  that an attempt which the server has given up on writes nothing. */
  assertFence(): void;
};

/** Runs `work` with the job's arguments, which the server has checked; its return value becomes the job's result. The error
 *  `bad_input` exits with 65, `temporary` with 75, any other with 1. stderr, the log, gets the message of an AppError and
 *  of an error of SQLite or of a file, and the stack of any other error. */
export async function runScript<Args>(
  work: (args: Args, context: ScriptContext) => Promise<Record<string, unknown>> | Record<string, unknown>,
): Promise<void> {
  const config = withSaved(loadConfig());
  const { job, messageFd, traceparent } = readScriptEnvironment();
  const send = (message: ScriptMessage) => writeMessage(messageFd, message);
  const reportStatements = traceScript(config, traceparent, send);
  const reporter = createReporter(send);
  try {
    const args = JSON.parse(readFileSync(0, 'utf8')) as Args;
    const assertFence = () => assertRunning(config.opsDatabasePath, job);
    const result = await work(args, { config, job, ...reporter, assertFence });
    reporter.flush();
    send({ type: 'result', data: result });
  } catch (error) {
    reporter.flush();
    process.exitCode = reportFailure(error, send);
  } finally {
    reportStatements();
  }
}

const progressEveryMs = 100;

type Send = (message: ScriptMessage) => void;

function createReporter(send: Send) {
  let pending: ScriptMessage | null = null;
  let phaseSent: string | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  const flush = () => {
    if (!pending) return;
    send(pending);
    pending = null;
    sentAt = performance.now();
  };
  return {
    flush,
    progress(done: number, total: number | undefined, phase: string, note?: string) {
      pending = { type: 'progress', done, phase, total, note };
      if (phase === phaseSent && performance.now() - sentAt < progressEveryMs) return;
      phaseSent = phase;
      flush();
    },
    countUsage: (...[item, quantity, is_estimate]: Parameters<CountUsage>) =>
      send({ type: 'usage', item, quantity, is_estimate }),
    row(ref: string, outcome: string, message?: string) {
      send({ type: 'row', ref, outcome, message });
    },
  };
}

/** The descriptor is a socket that may be read slowly: EAGAIN means wait. It is 0 in a script started by hand. */
function writeMessage(fd: number, message: ScriptMessage) {
  if (fd <= 0) return;
  const bytes = Buffer.from(`${JSON.stringify(message)}
`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      sleepSync(5);
    }
  }
}

function sleepSync(ms: number) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function reportFailure(failure: unknown, send: Send): number {
  const error = toFault(failure) ?? failure;
  if (error instanceof AppError) {
    send({ type: 'failure', message: error.message, detail: error.details });
    process.stderr.write(`${error.message}\n`);
    if (error.code === 'bad_input') return exitCodes.badInput;
    return error.code === 'temporary' ? exitCodes.temporary : 1;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  send({ type: 'failure', message });
  process.stderr.write(`${stack ?? message}\n`);
  return 1;
}

/** Throws `internal` unless ops.db says that this attempt of the job is running. */
export function assertRunning(opsDatabasePath: string, job: { id: string; attempt: number }) {
  const ops = openDatabase(opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const isCurrent = ops
      .prepare(`SELECT 1 FROM job WHERE id = ? AND attempt = ? AND status = 'running'`)
      .get(job.id, job.attempt);
    if (isCurrent) return;
  } finally {
    ops.close();
  }
  const message = 'This attempt of the job is no longer the running one; nothing was written.';
  throw new AppError('internal', message);
}
