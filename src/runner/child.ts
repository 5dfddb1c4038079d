// One child process: spawned behind a gate, in its own process group, killed by the kernel when the server dies (where
// setpriv exists), and ended with proof that no process is left. Knows nothing of jobs except their marker.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { searchPath } from '../core/config.ts';
import type { ProcessIdentity } from '../jobs/job.ts';
import { limitBytes } from './byte-budget.ts';
import { createProcessTree, type DescendantWatch, type Usage } from './process-tree.ts';
import {
  findJobProcesses,
  identify,
  isInGroup,
  isMarked,
  mayHaveProcesses,
  readProcessTable,
  signal,
} from './processes.ts';

export type ChildOutput = {
  onStdout(chunk: Buffer): void;
  onStderr(chunk: Buffer): void;
  /** Bytes of descriptor 3, in any cut. */
  onMessages(chunk: Buffer): void;
  /** Null: descendants are searched for at the end only, and not measured. */
  descendants: DescendantWatch | null;
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  /** Null when the system could not start it; `exited` then rejects with the reason. */
  identity: ProcessIdentity | null;
  /** Opens the gate: the script runs, and waits for its arguments. Commit the identity first. */
  begin(): void;
  /** Writes the arguments to stdin; opens the gate if it is still closed. */
  release(input: string): void;
  hasExited(): boolean;
  /** Settles after the exit, when the output is read; never waits for a pipe that a grandchild holds open. */
  exited: Promise<ChildExit>;
  /** Sends TERM and CONT to the group, KILL after the grace, then KILL to every process found by group, record or
   *  marker; gives the pids that survived. Safe to call again: the shortest grace counts. */
  end(graceMs: number): Promise<number[]>;
  usage(): Usage;
};

/** The script must not run before its pid is committed: a shell waits for a line on descriptor 4. */
const gate = 'IFS= read -r _ <&4 || exit 125; exec 4<&-; exec "$@"';
const setpriv = findInPath('setpriv');
/** How long the pipes are read after the exit of the child. */
const drainMs = 200;
/** Limit of all pipes of a child together. Parsing a message costs several times as much as logging a byte. */
const bytesPerSec = 20 * 1024 * 1024;
const messageCost = 4;
const pollMs = 50;
const sweepMs = 2000;

export function spawnChild(
  command: string[],
  options: { cwd: string; env: Record<string, string>; marker: string; root: string },
  output: ChildOutput,
): Child {
  const guard = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
  const [file = '', ...args] = [...guard, '/bin/sh', '-c', gate, 'sh', ...command];
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...options.env, CHL_JOB: options.marker, CHL_MESSAGE_FD: '3' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) return neverStarted(child);
  const exited = watch(child, output);
  const identity = identify(pid);
  const { marker, root } = options;
  const isMarkedOne = (member: number) => isMarked(member, marker, root);
  const tree = createProcessTree(identity, isMarkedOne, output.descendants);
  if (output.descendants) tree.start();
  const search = { group: pid, marker, root, since: identity.started, recorded: tree.members };
  const find = () =>
    mayHaveProcesses(search) ? findJobProcesses(search, tree.look(readProcessTable())) : [];
  const begin = () => {
    const gate = child.stdio[4] as Writable;
    if (!gate.writableEnded) gate.end('\n');
  };
  let killAt = Number.POSITIVE_INFINITY;
  let ending: Promise<number[]> | null = null;
  return {
    identity,
    begin,
    release(input) {
      begin();
      (child.stdin as Writable).end(input);
    },
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    exited,
    end(graceMs) {
      killAt = Math.min(killAt, performance.now() + graceMs);
      ending ??= endAll(pid, exited, find, () => killAt).finally(tree.stop);
      return ending;
    },
    usage: tree.usage,
  };
}

/** A child without a process: the folder is missing, or the system has no descriptor, memory or pid left. */
function neverStarted(child: ChildProcess): Child {
  return {
    identity: null,
    begin() {},
    release() {},
    hasExited: () => true,
    exited: new Promise((_, reject) => child.once('error', reject)),
    end: () => Promise.resolve([]),
    usage: () => ({ peakRssBytes: null, cpuSec: null }),
  };
}

/** The full path of an executable in PATH, or null. */
export function findInPath(name: string): string | null {
  return findExecutable(name, searchPath);
}

/** A `name` with a slash is a path itself. */
export function findExecutable(name: string, folders: string[]): string | null {
  const files = name.includes('/') ? [name] : folders.map((folder) => path.join(folder, name));
  return files.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

async function watch(child: ChildProcess, output: ChildOutput): Promise<ChildExit> {
  const messages = child.stdio[3] as Readable;
  child.stdout?.on('data', output.onStdout);
  child.stderr?.on('data', output.onStderr);
  messages.on('data', output.onMessages);
  const limit = limitBytes(
    [
      { pipe: child.stdout as Readable, cost: 1 },
      { pipe: child.stderr as Readable, cost: 1 },
      { pipe: messages, cost: messageCost },
    ],
    bytesPerSec,
  );
  // A child may close its end at any time: EPIPE and ECONNRESET of a pipe add nothing to its exit.
  for (const stream of child.stdio) stream?.on('error', () => {});
  const streams = [child.stdout, child.stderr, messages];
  const closed = Promise.all(
    streams.map((stream) => stream && new Promise((resolve) => stream.once('close', resolve))),
  );
  const exit = await new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, name) => resolve({ code, signal: name }));
  });
  limit.lift();
  await Promise.race([closed, after(drainMs)]);
  for (const stream of child.stdio) stream?.destroy();
  return exit;
}

async function endAll(group: number, exited: Promise<ChildExit>, find: () => number[], killAt: () => number) {
  // A failed look, e.g. without a free descriptor, counts as a process that is left.
  const look = () => {
    try {
      return find();
    } catch {
      return [group];
    }
  };
  // Two looks in a row must find nothing: one look can miss a process in the middle of a fork or an exec.
  const isAnyLeft = () => look().length > 0 || look().length > 0;
  if (!isAnyLeft()) {
    await exited;
    return [];
  }
  // Each process gets one SIGTERM: many programs take a second one as an order to stop at once.
  for (const target of [-group, ...look().filter((pid) => !isInGroup(pid, group))]) {
    signal(target, 'SIGTERM');
    signal(target, 'SIGCONT');
  }
  while (isAnyLeft() && performance.now() < killAt()) await after(pollMs);
  const deadline = performance.now() + sweepMs;
  while (isAnyLeft() && performance.now() < deadline) {
    for (const target of [-group, ...look()]) signal(target, 'SIGKILL');
    await after(pollMs);
  }
  const survivors = look();
  if (survivors.length === 0) await exited;
  return survivors;
}
