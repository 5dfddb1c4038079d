// Picks the requests that are traced, and holds the open traces.
import type { Span, Trace } from './trace.ts';
import type { TraceContext } from './traceparent.ts';

/** `trace` is null for a request that only passed its context on. */
type EndedTrace = { context: TraceContext; trace: { spans: Span[]; leftOut: number } | null };

export type Tracing = {
  /** Decides about requests that bring no decision of their own. */
  pickBy(decide: (requestId: string) => boolean): void;
  /** Null for a request without a trace. `header`: its `traceparent`. `mayChange`: it may start a job. */
  begin(requestId: string, header: string | undefined, mayChange: boolean): Trace | null;
  end(requestId: string): EndedTrace | null;
  /** The context of a job's scripts: that of its request, or one of its own. Each attempt has the same. */
  ofJob(job: { id: string; request_id: string | null }): TraceContext;
};
