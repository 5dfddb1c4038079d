// One child process: spawned behind a gate, in its own process group, killed by the kernel when the server dies (where
// setpriv exists), and ended with proof that no process is left. Knows nothing of jobs except their marker.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import type { Tracking, TrackingSetting } from '../core/config.ts';
import { limitBytes } from './byte-budget.ts';
import type { LeftProcess } from '../jobs/job.ts';
import { endProcesses } from './end-processes.ts';
import { findInPath } from './executables.ts';
import { createProcessTree, type DescendantWatch, type Usage } from './process-tree.ts';
import { isMarked } from './processes.ts';
import type { ChildExit, ChildOptions, Followed, Started } from './tracker.ts';
import { chooseTracker } from './tracking.ts';

export type { ChildExit };

export type ChildOutput = {
  onStdout(chunk: Buffer): void;
  onStderr(chunk: Buffer): void;
  /** Bytes of descriptor 3, in any cut. */
  onMessages(chunk: Buffer): void;
  /** Null: descendants are searched for at the end only, and not measured. */
  descendants: DescendantWatch | null;
};

export type Child = {
  /** How its processes are tracked. */
  tracking: Tracking;
  /** Settles when the script waits at its gate; rejects with the reason when the system could not start it. */
  started: Promise<Started>;
  /** The script's pid as seen from outside; 0 before `started` settles. */
  pid(): number;
  /** Opens the gate: the script runs, and waits for its arguments. Commit its identity first. */
  begin(): void;
  /** Writes the arguments to stdin; opens the gate if it is still closed. */
  release(input: string): void;
  hasExited(): boolean;
  /** Settles after the exit, when the output is read; never waits for a pipe that a grandchild holds open. */
  exited: Promise<ChildExit>;
  /** Ends every process that is left: SIGTERM, and SIGKILL after the grace. Gives those besides the script that had to be
   *  ended, and the survivors. Safe to call again: the shortest grace counts. */
  end(graceMs: number): Promise<LeftProcess[]>;
  usage(): Usage;
};

const setpriv = findInPath('setpriv');
/** How long the pipes are read after the exit of the child. */
const drainMs = 200;
/** Limit of all pipes of a child together. Parsing a message costs several times as much as logging a byte. */
const bytesPerSec = 20 * 1024 * 1024;
const messageCost = 4;

/** The script must not run before its pid is committed: a shell waits for a line on descriptor 4. */
export function wrapCommand(command: string[], options: ChildOptions, wanted: TrackingSetting) {
  const { tracking, tracker } = chooseTracker(wanted);
  const guard = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const stdio: ('pipe' | 'ignore')[] = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'];
  stdio[tracker.stderrFd] = 'pipe';
  return { argv: [...guard, ...tracker.wrap(command, options)], stdio, tracking, tracker };
}

export function spawnChild(
  command: string[],
  options: ChildOptions & { tracking: TrackingSetting },
  output: ChildOutput,
): Child {
  const { argv, stdio, tracking, tracker } = wrapCommand(command, options, options.tracking);
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...options.env, CHL_MESSAGE_FD: '3' },
    detached: true,
    stdio,
  });
  const { pid } = child;
  if (pid === undefined) return neverStarted(child, tracking);
  const followed = tracker.follow(Object.assign(child, { pid }), options);
  const pipes = pipesOf(child, tracker.stderrFd);
  return { tracking, ...control(pid, pipes, followed, options, output) };
}

function pipesOf({ stdio }: ChildProcess, stderrFd: number) {
  const at = (fd: number) => stdio[fd] as Duplex;
  return { stdin: at(0), stdout: at(1), stderr: at(stderrFd), messages: at(3), gate: at(4) };
}

type Pipes = ReturnType<typeof pipesOf>;

function control(
  childPid: number,
  pipes: Pipes,
  followed: Followed,
  { marker, root }: ChildOptions,
  output: ChildOutput,
) {
  const { started, hasExited } = followed;
  const tree = createProcessTree((member) => isMarked(member, marker, root), output.descendants);
  let scriptPid = 0;
  const onceStarted = (act: (started: Started) => void) => void started.then(act, () => {});
  onceStarted(({ script, keeper }) => {
    scriptPid = script.pid;
    tree.plant(script, keeper);
  });
  const exited = watch(pipes, followed.exited, output);
  let hasBegun = false;
  let killAt = Number.POSITIVE_INFINITY;
  let ending: Promise<LeftProcess[]> | null = null;

  return {
    started,
    pid: () => scriptPid,
    begin,
    release(input: string) {
      begin();
      pipes.stdin.end(input);
    },
    hasExited,
    exited,
    end(graceMs: number) {
      killAt = Math.min(killAt, performance.now() + graceMs);
      ending ??= endAll().finally(tree.stop);
      return ending;
    },
    usage: () => joinUsage(tree.usage(), followed.cpuSec()),
  };

  function begin() {
    if (hasBegun) return;
    hasBegun = true;
    onceStarted(({ script }) => {
      followed.begin(script);
      if (output.descendants && !ending) tree.start();
    });
  }

  async function endAll(): Promise<LeftProcess[]> {
    const find = () => followed.find(tree);
    const { kill } = followed;
    const group = scriptPid || childPid;
    const left = await endProcesses({ group, hadEnded: hasExited(), find, kill, killAt: () => killAt });
    followed.letGo();
    if (!left.some(({ fate }) => fate === 'running')) await Promise.allSettled([exited, followed.gone]);
    return left;
  }
}

function joinUsage({ peakRssBytes, cpuSec }: Usage, exactCpuSec: number | null): Usage {
  return { peakRssBytes, cpuSec: exactCpuSec === null ? cpuSec : Math.max(exactCpuSec, cpuSec ?? 0) };
}

/** A child without a process: the folder is missing, or the system has no descriptor, memory or pid left. */
function neverStarted(child: ChildProcess, tracking: Tracking): Child {
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  return {
    tracking,
    started: failed,
    pid: () => 0,
    begin() {},
    release() {},
    hasExited: () => true,
    exited: failed,
    end: () => Promise.resolve([]),
    usage: () => ({ peakRssBytes: null, cpuSec: null }),
  };
}

async function watch(pipes: Pipes, scriptExit: Promise<ChildExit>, output: ChildOutput): Promise<ChildExit> {
  const { stdin, stdout, stderr, messages, gate } = pipes;
  stdout.on('data', output.onStdout);
  stderr.on('data', output.onStderr);
  messages.on('data', output.onMessages);
  const limit = limitBytes(
    [
      { pipe: stdout, cost: 1 },
      { pipe: stderr, cost: 1 },
      { pipe: messages, cost: messageCost },
    ],
    bytesPerSec,
  );
  // A child may close its end at any time: EPIPE and ECONNRESET of a pipe add nothing to its exit.
  for (const stream of [stdin, stdout, stderr, messages, gate]) stream.on('error', () => {});
  const streams = [stdout, stderr, messages];
  const closed = Promise.all(
    streams.map((stream) => new Promise((resolve) => stream.once('close', resolve))),
  );
  try {
    return await scriptExit;
  } finally {
    limit.lift();
    await Promise.race([closed, after(drainMs)]);
    // The gate stays open: it may hold the processes together until all are gone.
    for (const stream of [stdin, ...streams]) stream.destroy();
  }
}
