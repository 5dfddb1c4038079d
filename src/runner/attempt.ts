// One attempt of a job, from the spawn of its child to the facts of its end.
import { type Config, childEnvironment } from '../core/config.ts';
import { googleEnvironment } from '../core/config-google.ts';
import { queueEnvironment } from '../core/settings/declared-queue.ts';
import { formatDuration } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import type { Masker } from '../core/secrets.ts';
import { limitsOf } from '../core/settings/operation-limits.ts';
import { formatTraceparent } from '../core/traceparent.ts';
import { span } from '../core/trace.ts';
import type { Job } from '../jobs/job.ts';
import { createAttemptIo, createFaultGuard } from './attempt-io.ts';
import { type Child, type ChildExit, spawnChild } from './child.ts';
import { commandIn } from './command.ts';
import type { Cause } from './outcome.ts';
import type { DescendantWatch } from './process-tree.ts';
import type { AttemptEvents } from './record.ts';

export type Attempt = ReturnType<typeof startAttempt>;

/** The server must be gone within ten seconds, however long the grace of a cancel is. */
const shutdownGraceMs = 5000;
const stoppedWarning =
  'Its process is suspended (SIGSTOP) and makes no progress. Resume the process, or cancel the job.';

type Given = Pick<Kernel, 'config' | 'now'> & {
  job: Job;
  trace: Parameters<typeof formatTraceparent>[0];
  operation: Operation;
  events: AttemptEvents;
  /** Hides secrets in the log, in progress and in rows. */
  mask: Masker;
};

/** Throws, or `finished` rejects, when the script could not be started. */
export function startAttempt(given: Given) {
  const { job, operation, config, events, now } = given;
  const { argv, passedOn } = commandIn(config.root, operation);
  let cause: Cause | null = null;
  let lateWarning: string | null = null;
  const guard = createFaultGuard(() => {
    cause ??= 'server_fault';
    void child.end(0);
  });
  const { output, ...io } = createAttemptIo({ ...given, guard });
  const descendants: DescendantWatch = {
    onStopped: (isStopped) => events.onWarning(isStopped ? stoppedWarning : lateWarning),
    onHidden: events.onHidden,
    onMeasured: events.onMeasured,
  };
  const { root, processTracking: tracking } = config;
  const env = environmentOf(given, passedOn);
  const options = { cwd: root, env, marker: `${job.id}.${job.attempt}`, root, tracking };
  const child = startChild(operation.name, argv, options, { ...output, descendants });
  const limits = startLimits(operation, config, end, (warning) => {
    lateWarning = warning;
    events.onWarning(warning);
  });
  void begin();
  return { end, finished: follow() };

  /** Begins to end the attempt; the first cause is kept. */
  function end(first: Cause) {
    const graceMs = first === 'shutdown' ? Math.min(shutdownGraceMs, config.killGraceMs) : config.killGraceMs;
    // A child that ended by itself was first; its remaining processes are being ended already.
    const isLate = child.hasExited();
    void child.end(graceMs);
    if (isLate || cause !== null) return;
    cause = first;
    events.onEnding(new Date(now().getTime() + graceMs));
  }

  /** The script waits behind its gate until its identity is committed. */
  async function begin() {
    const started = await child.started.catch(() => null);
    if (!started) return;
    try {
      await io.storeProcess({ ...started, tracking: child.tracking });
      child.release(JSON.stringify(job.args));
    } catch (error) {
      guard.fail(error);
    }
  }

  async function follow() {
    try {
      const exit = await exitOf(child, () => cause !== null);
      limits.stop();
      const left = await child.end(config.killGraceMs);
      const received = await io.end();
      return { cause, fault: guard.fault(), exit, ...received, left, ...limits.limit, usage: child.usage() };
    } finally {
      limits.stop();
      io.close();
    }
  }
}

function startChild(name: string, ...given: Parameters<typeof spawnChild>): Child {
  return span('script', `Start the process of ${name}`, () => spawnChild(...given));
}

function environmentOf({ config, operation, trace }: Given, passedOn: string[]): Record<string, string> {
  const google = operation.usesGoogle ? googleEnvironment(config) : {};
  const queue = typeof operation.script === 'string' ? queueEnvironment(config) : {};
  return childEnvironment(config, { ...google, ...queue, TRACEPARENT: formatTraceparent(trace) }, passedOn);
}

/** A child that is ended while it starts has no exit of its own, because its script never ran. */
function exitOf(child: Pick<Child, 'exited'>, isEnding: () => boolean): Promise<ChildExit> {
  return child.exited.catch((error: unknown) => {
    if (!isEnding()) throw error;
    return { code: null, signal: 'SIGTERM' };
  });
}

function startLimits(
  operation: Operation,
  config: Config,
  end: (cause: Cause) => void,
  warn: (warning: string) => void,
) {
  const { hardMs, softMs, hardFrom } = limitsOf(operation, config);
  const hardTimer = setTimeout(end, hardMs, 'timed_out');
  const warning = `It takes longer than its soft limit of ${formatDuration(softMs / 1000)}. It is stopped at ${formatDuration(hardMs / 1000)} (${hardFrom}).`;
  const softTimer = setTimeout(warn, softMs, warning);
  return {
    limit: { limitSec: hardMs / 1000, limitSetting: hardFrom },
    stop() {
      clearTimeout(softTimer);
      clearTimeout(hardTimer);
    },
  };
}
