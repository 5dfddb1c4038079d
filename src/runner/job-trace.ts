// The trace of a job, and the statements of its scripts, which are kept as parts of it.
import { hash } from 'node:crypto';
import { readTraceparent } from '../core/traceparent.ts';
import type { Job } from '../jobs/job.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';

type JobTrace = { traceId: string; spanId: string; isSampled: boolean };
type Ended = { job: Job; trace: JobTrace; statements: StatementCount[]; ended: Date };

/** The one of the request that has started the job, or one of its own. Each attempt has the same, also after a restart of the
 *  server. */
export function traceOfJob({ id, traceparent }: Pick<Job, 'id' | 'traceparent'>): JobTrace {
  const given = traceparent === null ? null : readTraceparent(traceparent);
  if (given) return { ...given, spanId: given.parentId };
  const own = hash('sha256', id);
  return { traceId: own.slice(0, 32), spanId: own.slice(32, 48), isSampled: false };
}

/** The part of a trace that has started the job. */
export const parentOfJob = (job: Pick<Job, 'id' | 'traceparent'>) =>
  job.traceparent === null ? null : traceOfJob(job).spanId;

/** Of the last attempt. Its phases are in ops.db. */
export function keepTraceOfJob(
  logStore: Pick<LogStore, 'add' | 'addStatements'>,
  { job, trace, statements, ended }: Ended,
) {
  const { number, operation, started_at } = job;
  const at = started_at === null ? ended.getTime() : Date.parse(started_at);
  logStore.addStatements(statements);
  logStore.add('traces', {
    id: `job-${number}`,
    at,
    method: null,
    route: operation,
    address: null,
    status: null,
    ms: ended.getTime() - at,
    kept: 'job',
    is_traced: true,
    left_out: 0,
    trace_id: trace.traceId,
    parent_id: parentOfJob(job),
    actor: null,
    bytes: null,
    job: number,
    spans: statements.map(toSpan),
  });
}

function toSpan({ database, text, calls, total_us, rows }: StatementCount, at: number) {
  const name = `${database}: ${text}`;
  return { n: at + 1, parent: null, kind: 'db' as const, name, start_us: 0, us: total_us, rows, calls };
}
