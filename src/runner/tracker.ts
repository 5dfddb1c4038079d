// What a tracker of processes does. One child has one tracker; src/runner/tracking.ts chooses its kind.
import type { ChildProcess } from 'node:child_process';
import type { ProcessIdentity } from '../jobs/job.ts';
import type { createProcessTree } from './process-tree.ts';

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

/** The script's process, as seen from outside, and the process whose end ends all others, if there is one. */
export type Started = { script: ProcessIdentity; keeper: ProcessIdentity | null };

export type ChildOptions = {
  cwd: string;
  env: Record<string, string>;
  /** `<job id>.<attempt>`, or the name of a worker or task with a number. */
  marker: string;
  /** The data root. */
  root: string;
};

export type Tracker = {
  /** The descriptor of the script's stderr in the wrapping command; 2, unless the wrapper has messages of its own. */
  stderrFd: 2 | 5;
  /** The command that starts `command` behind a gate on descriptor 4. */
  wrap(command: string[], options: ChildOptions): string[];
  /** Follows a child that was just spawned with that command. */
  follow(child: ChildProcess & { pid: number }, options: ChildOptions): Followed;
};

export type Followed = {
  /** Settles when the script waits at its gate; rejects when it could not be brought there. */
  started: Promise<Started>;
  /** Whether the script has ended, even if `exited` has not settled yet. */
  hasExited(): boolean;
  /** The exit of the script, before or with that of the child. Rejects when the script did not start. */
  exited: Promise<ChildExit>;
  /** Settles when nothing of the child is left to wait for. */
  gone: Promise<unknown>;
  /** Opens the gate. */
  begin(script: ProcessIdentity): void;
  /** The living processes; empty only when none can be left. Throws when the system cannot be read. */
  find(tree: ReturnType<typeof createProcessTree>): number[];
  /** Kills all processes at once, `pids` among them. */
  kill(pids: number[]): void;
  /** No process is left: frees what held them together. */
  letGo(): void;
  /** The CPU time of all processes that have ended, after `letGo`; null if unknown. */
  cpuSec(): number | null;
};

/** The line that opens the gate: the pid as seen from outside, and the marker. */
export function gateLine({ pid }: ProcessIdentity, { marker }: ChildOptions): string {
  return `${pid} ${marker}\n`;
}

/** What the shell of the gate runs: it waits for that line, then becomes the command. */
export const awaitGate = "IFS=' ' read -r CHL_PID CHL_JOB <&4 || exit 125; export CHL_PID CHL_JOB";
