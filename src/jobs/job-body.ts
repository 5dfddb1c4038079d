// A job as the API and the command line show it, each field declared once. Absent values are null, times ISO 8601 UTC.
import { shortenAll } from '../core/shorten.ts';
import { url } from '../core/url.ts';
import { anyObjectOrNullSchema, anyObjectSchema, nullable } from '../core/schemas.ts';
import type { Job, Progress } from './job.ts';
import { dryRunRefusal } from './job-view.ts';
import type { Blocker } from './lock-queue.ts';
import type { JobContext } from './parts.ts';

type Sources = Pick<JobContext, 'jobs' | 'repository' | 'catalogue'>;

const text = { type: 'string' };
const integer = { type: 'integer' };
const field = <T>(schema: object, read: (job: Job, sources: Sources) => T) => ({ schema, read });

const fields = {
  job_id: field(text, ({ id }) => id),
  number: field(integer, ({ number }) => number),
  operation: field(text, ({ operation }) => operation),
  status: field(text, ({ status }) => status),
  mode: field(text, ({ mode }) => mode),
  requested_by: field(text, ({ requested_by }) => requested_by),
  reason: field(nullable('string'), ({ reason }) => reason),
  args: field(anyObjectSchema, ({ args }) => args),
  attempt: field(integer, ({ attempt }) => attempt),
  max_attempts: field(integer, ({ max_attempts }) => max_attempts),
  created_at: field(text, ({ created_at }) => created_at),
  started_at: field(nullable('string'), ({ started_at }) => started_at),
  finished_at: field(nullable('string'), ({ finished_at }) => finished_at),
  next_attempt_at: field(nullable('string'), ({ next_attempt_at }) => next_attempt_at),
  cancel_requested_at: field(nullable('string'), ({ cancel_requested_at }) => cancel_requested_at),
  kill_at: field(nullable('string'), ({ kill_at }) => kill_at),
  warning: field(nullable('string'), ({ warning }) => warning),
  progress: field(anyObjectOrNullSchema, ({ progress }) => progress && progressBody(progress)),
  result: field(anyObjectOrNullSchema, ({ result }) => result),
  /** Why the run itself would be refused, from its dry run. */
  refusal: field(nullable('string'), (job, { catalogue }) =>
    dryRunRefusal(job, catalogue.find(job.operation)),
  ),
  failure: field(anyObjectOrNullSchema, ({ failure }) => failure),
  retry_of: field(nullable('string'), ({ retry_of }, { repository }) =>
    retry_of === null ? null : (repository.find(String(retry_of))?.id ?? null),
  ),
  retried_by: field(nullable('string'), ({ number }, { repository }) => repository.retriedBy(number)),
  /** The name of the schedule that started it. */
  schedule: field(nullable('string'), ({ schedule }) => schedule),
  waits_for: field(anyObjectOrNullSchema, (job, { jobs }) => {
    const ahead = jobs.waitsFor(job);
    return ahead && waitsForBody(ahead);
  }),
  pid: field(nullable('integer'), ({ pid }) => pid),
  tracking: field(nullable('string'), ({ tracking }) => tracking),
  left_processes: field({ type: 'array', items: anyObjectSchema }, ({ left_processes }) => left_processes),
  peak_rss_bytes: field(nullable('integer'), ({ peak_rss_bytes }) => peak_rss_bytes),
  cpu_sec: field(nullable('number'), ({ cpu_sec }) => cpu_sec),
  log_bytes: field(integer, ({ log_bytes }) => log_bytes),
  url: field(text, ({ number }) => url(`/jobs/${number}`)),
};

export type JobBody = { [Key in keyof typeof fields]: ReturnType<(typeof fields)[Key]['read']> };

export const jobSchema = {
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
};

/** A body in a list: long texts are cut. */
export function listedJobBody(sources: Sources, job: Job): JobBody {
  return shortenAll(jobBody(sources, job));
}

export function jobBody(sources: Sources, job: Job): JobBody {
  const values = Object.entries(fields).map(([name, { read }]) => [name, read(job, sources)]);
  return Object.fromEntries(values) as JobBody;
}

/** The facts of the job are null for a maintenance window. */
function waitsForBody(ahead: Blocker) {
  const { window, job_id, number, operation } = ahead;
  if (ahead.window === null) return { window, job_id, number, operation };
  const { level, reason, ends_at } = ahead;
  return { window, job_id, number, operation, level, reason, ends_at };
}

function progressBody({ done, total, phase, note, rate, updated_at }: Progress) {
  const left = total !== null && rate !== null && rate > 0 ? (total - done) / rate : null;
  return {
    done,
    total,
    phase,
    note,
    percent: total ? Math.floor((done / total) * 1000) / 10 : null,
    eta_sec: left === null ? null : Math.round(left),
    updated_at,
  };
}

/** The answer to a run or a retry that was accepted. */
export function accepted({ id, number, status }: Job) {
  return { job_id: id, number, status, url: url(`/jobs/${number}`) };
}

export type Accepted = ReturnType<typeof accepted>;

export const acceptedSchema = {
  type: 'object',
  properties: { job_id: text, number: integer, status: text, url: text },
} as const;
