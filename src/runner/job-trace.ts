// The trace of a job, and the statements of its scripts, which are kept as parts of it.
import { hash } from 'node:crypto';
import { readTraceparent } from '../core/traceparent.ts';
import type { Job } from '../jobs/job.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';
import type { WholeTrace } from '../log-store/trace-repository.ts';

type JobTrace = { traceId: string; spanId: string; isSampled: boolean };
type Ended = { job: Job; statements: StatementCount[]; ended: Date };

/** The one of the request that has started the job, or one of its own. Each attempt has the same, also after a restart of the
 *  server. */
export function traceOfJob({ id, traceparent }: Pick<Job, 'id' | 'traceparent'>): JobTrace {
  const given = traceparent === null ? null : readTraceparent(traceparent);
  if (given) return { ...given, spanId: given.parentId };
  const own = hash('sha256', id);
  return { traceId: own.slice(0, 32), spanId: own.slice(32, 48), isSampled: false };
}

/** The part of a trace that has started the job. */
const parentOfJob = (job: Pick<Job, 'id' | 'traceparent'>) =>
  job.traceparent === null ? null : traceOfJob(job).spanId;

export const jobTraceId = (number: number | string) => `job-${number}`;

/** Null for the id of a request. */
export const numberOfJobTrace = (id: string): string | null => /^job-([1-9]\d{0,14})$/.exec(id)?.[1] ?? null;

/** The row of a job in the list of traces. */
export function jobTrace(
  job: Job,
  measured: Pick<WholeTrace, 'at' | 'ms' | 'is_traced' | 'spans'>,
): WholeTrace {
  return {
    ...measured,
    id: jobTraceId(job.number),
    method: null,
    route: job.operation,
    address: null,
    status: null,
    kept: 'job',
    left_out: 0,
    trace_id: traceOfJob(job).traceId,
    parent_id: parentOfJob(job),
    actor: null,
    bytes: null,
    job: job.number,
  };
}

/** The trace of the last attempt. Its phases are in ops.db. */
export function keepTraceOfJob(
  logStore: Pick<LogStore, 'add' | 'addStatements'>,
  { job, statements, ended }: Ended,
) {
  const at = job.started_at === null ? ended.getTime() : Date.parse(job.started_at);
  const ms = ended.getTime() - at;
  logStore.addStatements(statements);
  logStore.add('traces', jobTrace(job, { at, ms, is_traced: true, spans: statements.map(toSpan) }));
}

function toSpan({ database, text, calls, total_us, rows }: StatementCount, at: number) {
  const name = `${database}: ${text}`;
  return { n: at + 1, parent: null, kind: 'db' as const, name, start_us: 0, us: total_us, rows, calls };
}
