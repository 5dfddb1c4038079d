// A job: its states, the moves between them, its failure codes, and the rules that follow from them.
import type { InferSelectModel } from 'drizzle-orm';
import { type JobStatus, jobStatuses } from '../core/bus.ts';
import type { Tracking } from '../core/config.ts';
import type * as schema from '../core/db/ops-schema.ts';
import type { Claim } from '../core/operation.ts';

export { type Claim, type JobStatus, jobStatuses };

type Mover = 'runner' | 'operator' | 'clock' | 'recovery';

/** Every move, and who makes it. Statements take their `status IN (…)` from here. */
export const transitions: readonly { from: JobStatus; to: JobStatus; by: Mover }[] = [
  { from: 'queued', to: 'running', by: 'runner' },
  { from: 'running', to: 'succeeded', by: 'runner' },
  { from: 'running', to: 'failed', by: 'runner' },
  { from: 'running', to: 'cancelled', by: 'runner' },
  { from: 'running', to: 'retrying', by: 'runner' },
  { from: 'retrying', to: 'queued', by: 'clock' },
  { from: 'queued', to: 'cancelled', by: 'operator' },
  { from: 'retrying', to: 'cancelled', by: 'operator' },
  { from: 'queued', to: 'failed', by: 'runner' },
  { from: 'retrying', to: 'failed', by: 'runner' },
  { from: 'running', to: 'succeeded', by: 'recovery' },
  { from: 'running', to: 'failed', by: 'recovery' },
  { from: 'running', to: 'cancelled', by: 'recovery' },
  { from: 'running', to: 'queued', by: 'recovery' },
];

export type FailureCode =
  | 'spawn_failed'
  | 'exited'
  | 'signalled'
  | 'timed_out'
  | 'bad_input'
  | 'bad_output'
  | 'lost'
  | 'shutdown';

export type Failure = {
  code: FailureCode;
  message: string;
  detail: Record<string, unknown> | null;
  stderr_tail: string | null;
};

export function failureOf(code: FailureCode, message: string, detail: Failure['detail'] = null): Failure {
  return { code, message, detail, stderr_tail: null };
}

/** `rate` is a moving average in items a second; null until it is measured. */
export type Progress = {
  done: number;
  total: number | null;
  phase: string | null;
  note: string | null;
  rate: number | null;
  phase_started_at: string;
  /** The phases that have begun, in order; at most the first forty. */
  phases: { name: string; started_at: string }[];
  updated_at: string;
};

export type JobRow = InferSelectModel<typeof schema.job>;

/** A row with its JSON columns parsed. Keys are the names of the columns, as in the API. */
export type Job = Omit<JobRow, 'status' | 'args' | 'progress' | 'result' | 'failure' | 'left_processes'> & {
  status: JobStatus;
  args: Record<string, unknown>;
  progress: Progress | null;
  result: Record<string, unknown> | null;
  failure: Failure | null;
  left_processes: LeftProcess[];
};

/** A pid may be reused; with its start time and the boot id it names one process for ever. */
export type ProcessIdentity = { pid: number; started: string | null; bootId: string | null };

/** A script's process, the keeper of its namespace if it has one, and how its processes are tracked. */
export type JobProcess = { script: ProcessIdentity; keeper: ProcessIdentity | null; tracking: Tracking };

/** A process that was left when the script had ended, or that outlived or escaped the signal to the script's group. */
export type LeftProcess = { pid: number; name: string; fate: 'ended' | 'killed' | 'running' };

export type ResultRow = { seq: number; ref: string | null; outcome: string; message: string | null };

export function parseJob(row: JobRow): Job {
  const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
  return {
    ...row,
    status: row.status as JobStatus,
    args: JSON.parse(row.args),
    progress: parse(row.progress),
    result: parse(row.result),
    failure: parse(row.failure),
    left_processes: parse(row.left_processes) ?? [],
  };
}

export function isTerminal(status: JobStatus): boolean {
  return !transitions.some((move) => move.from === status);
}

export function canCancel(status: JobStatus): boolean {
  return !isTerminal(status);
}

export function canRetry(status: JobStatus): boolean {
  return status === 'failed' || status === 'cancelled';
}

/** The states from which `mover` may move a job to `to`. */
export function statesBefore(to: JobStatus, mover: Mover): JobStatus[] {
  return transitions.filter((move) => move.to === to && move.by === mover).map((move) => move.from);
}
