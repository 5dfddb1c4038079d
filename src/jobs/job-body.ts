// A job as the JSON API shows it: body and schema. Absent values are null, times ISO 8601 UTC.
import type { JobContext } from './parts.ts';
import { anyObjectOrNullSchema, anyObjectSchema, nullable } from '../core/schemas.ts';
import type { Job, Progress } from './job.ts';

export function jobBody({ jobs, repository }: Pick<JobContext, 'jobs' | 'repository'>, job: Job) {
  const waitsFor = jobs.waitsFor(job);
  return {
    job_id: job.id,
    number: job.number,
    operation: job.operation,
    status: job.status,
    mode: job.mode,
    requested_by: job.requested_by,
    reason: job.reason,
    args: job.args,
    attempt: job.attempt,
    max_attempts: job.max_attempts,
    created_at: job.created_at,
    started_at: job.started_at,
    finished_at: job.finished_at,
    next_attempt_at: job.next_attempt_at,
    cancel_requested_at: job.cancel_requested_at,
    kill_at: job.kill_at,
    warning: job.warning,
    progress: job.progress && progressBody(job.progress),
    result: job.result,
    failure: job.failure,
    retry_of: job.retry_of === null ? null : (repository.find(String(job.retry_of))?.id ?? null),
    retried_by: repository.retriedBy(job.number),
    waits_for: waitsFor && {
      job_id: waitsFor.job_id,
      number: waitsFor.number,
      operation: waitsFor.operation,
    },
    peak_rss_bytes: job.peak_rss_bytes,
    cpu_sec: job.cpu_sec,
    log_bytes: job.log_bytes,
    url: `/jobs/${job.number}`,
  } satisfies Record<keyof typeof jobSchema.properties, unknown>;
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

export const jobSchema = {
  type: 'object',
  properties: {
    job_id: { type: 'string' },
    number: { type: 'integer' },
    operation: { type: 'string' },
    status: { type: 'string' },
    mode: { type: 'string' },
    requested_by: { type: 'string' },
    reason: nullable('string'),
    args: anyObjectSchema,
    attempt: { type: 'integer' },
    max_attempts: { type: 'integer' },
    created_at: { type: 'string' },
    started_at: nullable('string'),
    finished_at: nullable('string'),
    next_attempt_at: nullable('string'),
    cancel_requested_at: nullable('string'),
    kill_at: nullable('string'),
    warning: nullable('string'),
    progress: anyObjectOrNullSchema,
    result: anyObjectOrNullSchema,
    failure: anyObjectOrNullSchema,
    retry_of: nullable('string'),
    retried_by: nullable('string'),
    waits_for: anyObjectOrNullSchema,
    peak_rss_bytes: nullable('integer'),
    cpu_sec: nullable('number'),
    log_bytes: { type: 'integer' },
    url: { type: 'string' },
  },
} as const;

/** The answer to a run or a retry that was accepted. */
export function accepted({ id, number, status }: Job) {
  return { job_id: id, number, status, url: `/jobs/${number}` };
}

export const acceptedSchema = {
  type: 'object',
  properties: {
    job_id: { type: 'string' },
    number: { type: 'integer' },
    status: { type: 'string' },
    url: { type: 'string' },
  },
} as const;
