// Keeps the statements of a job's scripts, as the trace of the job.
import type { TraceContext } from '../core/traceparent.ts';
import type { Job } from '../jobs/job.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { StatementCount } from '../log-store/statement-counts.ts';

type Ended = { job: Job; trace: TraceContext; statements: StatementCount[]; ended: Date };

/** Of the last attempt. Its phases are in ops.db. */
export function keepTraceOfJob(
  logStore: Pick<LogStore, 'add'>,
  { job: { number, operation, started_at, request_id }, trace, statements, ended }: Ended,
) {
  const at = started_at === null ? ended.getTime() : Date.parse(started_at);
  if (statements.length > 0) logStore.add('statements', { at: ended.getTime(), counts: statements });
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
    parent_id: request_id === null ? null : trace.spanId,
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
