// A part that a feature adds to the page of a job, such as the files that an export has written. It is rendered with the
// job's card, so it uses only stored data and the files on the disk.
import type { JobEvent } from './bus.ts';

/** The facts of a job by which a part decides whether it appears. */
export type JobFacts = JobEvent & {
  mode: string;
  args: Record<string, unknown>;
  result: Record<string, unknown> | null;
  finished_at: string | null;
};

/** A form of one button; `action`: its address, without the prefix of the page. */
export type JobAction = { action: string; label: string; fields: Record<string, string> };

export type JobPart = {
  /** The path of its template below views. */
  template: string;
  /** The data of its template; null when the part does not appear on this job. */
  load(job: JobFacts): object | null | Promise<object | null>;
  /** Returns the action that the notice of the job's end offers, or null. Absent: none. */
  noticeAction?(job: JobFacts): JobAction | null;
};
