// A schedule starts an operation at the due times of a cron rule.
import type { Args } from '../core/operation.ts';

/** `missed`: the fate of due times at which no server ran. `overlap`: the fate of a due time while a job that conflicts with its
 *  run is ahead. `due_since`: due times after it are owed a tick. */
export type Schedule = {
  name: string;
  operation: string;
  args: Args;
  reason: string | null;
  confirm: string | null;
  cron: string;
  /** An IANA time zone, e.g. `Europe/Berlin`. */
  zone: string;
  is_on: boolean;
  missed: 'skip' | 'once';
  overlap: 'skip' | 'wait';
  due_since: string;
  created_by: string;
  created_at: string;
  changed_by: string;
  changed_at: string;
};

export const tickOutcomes = ['started', 'skipped', 'missed', 'refused'] as const;

/** The outcome of one due time. `why` is a sentence; null for a run that started on time. */
export type Tick = {
  schedule: string;
  due_at: string;
  outcome: (typeof tickOutcomes)[number];
  why: string | null;
  /** The code of the error that refused its run, such as `maintenance`; null without one. */
  code: string | null;
  /** The number of the job that it started. */
  job: number | null;
  decided_at: string;
};
