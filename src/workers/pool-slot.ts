// Keeps one worker process of the pool running: restarts it with a back-off, and gives up one that cannot stay.
import { childEnvironment } from '../core/config.ts';
import { queueEnvironment } from '../core/settings/declared-queue.ts';
import { formatDuration, plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { type Child, type ChildExit, spawnChild } from '../runner/child.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import { createStatementReader, createTail, lastLineOf } from '../runner/lines.ts';
import type { WorkerRepository } from './repository.ts';

export type PoolTimes = typeof poolTimes;

export const poolTimes = {
  /** A worker that exits this early counts as a failed start. */
  failedStartMs: 10_000,
  /** The deadline for registering with the server, after which a worker is killed. It waits for writers of both databases
   *  first. */
  registerMaxMs: 300_000,
  /** Doubles with each failed start. */
  backOffMs: 500,
};
const maxFailedStarts = 5;
/** A part of the ten seconds within which the server must be gone. A worker takes up to seven of them. */
const endGraceMs = 8000;
const tailBytes = 1000;

type Given = Pick<Kernel, 'config' | 'log'> & {
  name: string;
  command: string[];
  times: PoolTimes;
  repository: Pick<WorkerRepository, 'find'>;
  onEnd(name: string, reason: string): void;
  /** Takes the statements of some seconds. */
  onStatements(counts: StatementCount[]): void;
  onGiveUp(reason: string): void;
};

export function createPoolSlot(given: Given) {
  const { name, times } = given;
  let child: Child | null = null;
  let timer: NodeJS.Timeout | null = null;
  let [starts, failedStarts] = [0, 0];
  let gaveUp: { name: string; message: string } | null = null;
  let isStopped = false;

  return {
    name,
    /** Why the worker is not started any more; null while it is. */
    gaveUp: () => gaveUp,
    /** Also for a worker that was given up or stopped; its process must have ended. */
    start() {
      [isStopped, gaveUp, failedStarts] = [false, null, 0];
      start();
    },
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      await child?.end(endGraceMs);
    },
  };

  function start() {
    if (timer) clearTimeout(timer);
    const startedAt = performance.now();
    const tail = createTail(tailBytes);
    const started = trySpawn(given, `${name}.${++starts}`, tail.add);
    if (started instanceof Error) return restartOrGiveUp(0, describeFailure(started));
    child = started;
    let isTimedOut = false;
    timer = setTimeout(() => {
      isTimedOut = given.repository.find(name)?.pid !== started.pid();
      if (isTimedOut) void started.end(0);
    }, times.registerMaxMs);
    // Opens the gate: a worker gets nothing on stdin.
    started.release('');
    void started.exited
      .then(
        (exit) => (isTimedOut ? describeTimeout(times) : describeExit(exit, tail.text())),
        describeFailure,
      )
      .then((reason) => {
        void started.end(0);
        if (child !== started || isStopped) return;
        if (timer) clearTimeout(timer);
        restartOrGiveUp(performance.now() - startedAt, reason);
      });
  }

  function restartOrGiveUp(livedMs: number, reason: string) {
    failedStarts = livedMs < times.failedStartMs ? failedStarts + 1 : 0;
    if (failedStarts >= maxFailedStarts) {
      const message = `It exited early ${plural(maxFailedStarts, 'time')} and is not restarted. ${reason}`;
      gaveUp = { name, message };
      return given.onGiveUp(message);
    }
    timer = setTimeout(start, times.backOffMs * 2 ** Math.max(0, failedStarts - 1));
    given.onEnd(name, `${reason} It restarts automatically.`);
  }
}

/** An error when the system takes no environment of this length, or with this character. */
function trySpawn(...given: Parameters<typeof spawnWorker>): Child | Error {
  try {
    return spawnWorker(...given);
  } catch (error) {
    return error as Error;
  }
}

function spawnWorker(
  { name, config, command, log, onStatements }: Given,
  marker: string,
  onOutput: (chunk: Buffer) => void,
): Child {
  const { root } = config;
  const write = (chunk: Buffer) => {
    onOutput(chunk);
    log.info({ worker: name }, chunk.toString('utf8').trim());
  };
  const messages = createStatementReader(onStatements);
  const output = { onStdout: write, onStderr: write, onMessages: messages.add, descendants: null };
  const options = {
    cwd: root,
    env: childEnvironment(config, queueEnvironment(config)),
    marker,
    root,
    tracking: config.processTracking,
  };
  return spawnChild(command, options, output);
}

function describeFailure({ message }: Error): string {
  return `It could not be started: ${message}`;
}

function describeTimeout({ registerMaxMs }: PoolTimes): string {
  return `It did not start within ${formatDuration(registerMaxMs / 1000)}, so its process was killed.`;
}

function describeExit({ code, signal }: ChildExit, output: string): string {
  if (signal) return `Its process was killed by ${signal}.`;
  const line = lastLineOf(output);
  return line ? `${line} (exit code ${code})` : `Its process ended with exit code ${code}.`;
}
