// The ways of tracking processes that this system allows, and processes found by an argument, from outside a namespace.
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { Test } from 'tap';
import type { Tracking } from '../../src/core/config.ts';
import { isLiving, signal } from '../../src/runner/processes.ts';
import { chooseTracker } from '../../src/runner/tracking.ts';

export const isAvailable = (tracking: Tracking) => chooseTracker(tracking).tracking === tracking;

/** The trackers that find every process, with the reason to skip those that this system does not allow. */
export const strictTrackings = (['namespace', 'cgroup'] as const).map((tracking) => ({
  tracking,
  skip: isAvailable(tracking) ? false : `this system allows no ${tracking}`,
}));

/** An argument that names the processes of one test; they are killed with it. */
export function nameProcesses(t: Test) {
  const name = randomUUID();
  const living = () => processesWith(name);
  t.teardown(() => {
    for (const pid of living()) signal(pid, 'SIGKILL');
  });
  return { name, living };
}

/** A process that is killed before it has read a pipe resets it; the server ignores that, too. */
export function ignoreResets({ stdio }: Pick<ChildProcess, 'stdio'>) {
  for (const pipe of stdio) pipe?.on('error', () => {});
}

/** Living processes with an argument. */
export function processesWith(argument: string): number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => argumentsOf(pid).includes(argument) && isLiving(pid));
}

function argumentsOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
