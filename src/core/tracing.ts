import type { Span, Trace } from './trace.ts';
import type { TraceContext } from './traceparent.ts';

/** `trace` is null for a request that only passed its context on. */
type EndedTrace = { context: TraceContext; trace: { spans: Span[]; leftOut: number } | null };

export type Tracing = {
  /** Decides about requests that bring no decision of their own. */
  pickBy(decide: (requestId: string) => boolean): void;
  /** Null for a request without a trace. `header`: its `traceparent`. */
  begin(requestId: string, header: string | undefined): Trace | null;
  end(requestId: string): EndedTrace | null;
};
