// One child process of a job: spawned behind a gate, in a group of its own, dying with the server where the system
// can do that; ended with proof. Knows nothing of jobs but the marker.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { searchPath } from '../config.ts';
import type { ProcessIdentity } from '../jobs/repository.ts';
import { findJobProcesses, identify, signal } from './processes.ts';

export type ChildOutput = {
  onStdout(chunk: Buffer): void;
  onStderr(chunk: Buffer): void;
  /** Bytes of descriptor 3, in any cut. */
  onMessages(chunk: Buffer): void;
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  identity: ProcessIdentity;
  /** Lets the script begin, with its arguments on stdin. Commit the identity before. */
  release(input: string): void;
  /** Settles on the exit of the child, never waiting for a pipe that a grandchild may hold. */
  exited: Promise<ChildExit>;
  /** TERM and CONT to the group, KILL after the grace, then whatever is left by group or marker; gives the pids that
   *  survived even that. Safe to call twice. */
  end(graceMs: number): Promise<number[]>;
};

/** The script must not run before its pid is committed: the shell waits for a line on descriptor 4. */
const gate = 'IFS= read -r _ <&4 || exit 125; exec 4<&-; exec "$@"';
const setpriv = findInPath('setpriv');
/** What the pipes still hold when the child has gone is read for so long at most. */
const drainMs = 200;
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
  const pid = child.pid ?? 0;
  const exited = watch(child, output);
  const find = () => findJobProcesses({ group: pid, marker: options.marker, root: options.root });
  let ending: Promise<number[]> | null = null;
  return {
    identity: identify(pid),
    release(input) {
      (child.stdio[4] as Writable).end('\n');
      (child.stdin as Writable).end(input);
    },
    exited,
    end(graceMs) {
      ending ??= endAll(pid, exited, find, graceMs);
      return ending;
    },
  };
}

/** The full path of an executable, or null. */
export function findInPath(name: string, folders = searchPath): string | null {
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
  // A child may close its end at any time: EPIPE and ECONNRESET of a pipe say nothing that its exit does not say.
  for (const stream of child.stdio) stream?.on('error', () => {});
  const closed = allClosed([child.stdout, child.stderr, messages]);
  const exit = await new Promise<ChildExit>((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, name) => resolve({ code, signal: name }));
  });
  await Promise.race([closed, after(drainMs)]);
  for (const stream of child.stdio) stream?.destroy();
  return exit;
}

function allClosed(streams: (Readable | null)[]): Promise<unknown> {
  return Promise.all(
    streams.map(
      (stream) => new Promise((resolve) => (stream ? stream.once('close', resolve) : resolve(null))),
    ),
  );
}

async function endAll(
  group: number,
  exited: Promise<ChildExit>,
  find: () => number[],
  graceMs: number,
): Promise<number[]> {
  if (find().length === 0) return exited.then(() => []);
  signalGroup(group, 'SIGTERM');
  signalGroup(group, 'SIGCONT');
  for (const pid of find()) signal(pid, 'SIGTERM');
  await untilNone(find, graceMs);
  signalGroup(group, 'SIGKILL');
  for (const deadline = performance.now() + sweepMs; performance.now() < deadline; ) {
    const left = find();
    if (left.length === 0) break;
    for (const pid of left) signal(pid, 'SIGKILL');
    await after(pollMs);
  }
  const survivors = find();
  if (survivors.length === 0) await exited;
  return survivors;
}

async function untilNone(find: () => number[], limitMs: number) {
  const deadline = performance.now() + limitMs;
  while (find().length > 0 && performance.now() < deadline) await after(pollMs);
}

function signalGroup(group: number, name: NodeJS.Signals) {
  if (group > 0) signal(-group, name);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
