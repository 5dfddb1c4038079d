// Picks the requests that are traced, and holds the open traces.
import { hash, randomUUID } from 'node:crypto';
import { createTrace, type Trace } from '../core/trace.ts';
import { readTraceparent, type TraceContext } from '../core/traceparent.ts';
import type { Tracing } from '../core/tracing.ts';

/** Of requests that are under way; the oldest end as if they were not traced. */
const maxOpen = 1000;
/** Of requests whose jobs may start later. */
const maxKept = 1000;

export function createTracing(): Tracing {
  const open = new Map<string, Trace>();
  const kept = new Map<string, TraceContext>();
  let isPicked = (_requestId: string): boolean => false;

  return {
    pickBy(decide) {
      isPicked = decide;
    },

    begin(requestId, header, mayChange) {
      const given = header === undefined ? null : readTraceparent(header);
      const isRecorded = given?.isSampled === true || isPicked(requestId);
      if (!given && !isRecorded && !mayChange) return null;
      const begun = given ?? { traceId: randomUUID().replaceAll('-', ''), parentId: null };
      const context = { ...begun, spanId: spanIdOf(begun.traceId, requestId), isSampled: isRecorded };
      if (mayChange) keep(requestId, context);
      if (!given && !isRecorded) return null;
      const trace = createTrace(context, isRecorded);
      open.set(requestId, trace);
      const oldest = oldestOf(open, maxOpen);
      if (oldest !== undefined) end(oldest);
      return trace;
    },

    end,

    ofJob({ id, request_id: requestId }) {
      const asked = requestId === null ? undefined : kept.get(requestId);
      if (asked) return asked;
      const own = hash('sha256', id);
      return { traceId: own.slice(0, 32), parentId: null, spanId: own.slice(32, 48), isSampled: false };
    },
  };

  function end(requestId: string) {
    const trace = open.get(requestId);
    if (!trace) return null;
    open.delete(requestId);
    const closed = trace.close();
    return { context: trace.context, trace: trace.isRecorded ? closed : null };
  }

  function keep(requestId: string, context: TraceContext) {
    kept.set(requestId, context);
    const oldest = oldestOf(kept, maxKept);
    if (oldest !== undefined) kept.delete(oldest);
  }
}

/** Undefined while there are at most `max`. */
function oldestOf(all: Map<string, unknown>, max: number): string | undefined {
  return all.size > max ? all.keys().next().value : undefined;
}

/** Ends with the id of the request, by which people find it. */
const spanIdOf = (traceId: string, requestId: string) => `${traceId.slice(0, 8)}${requestId}`;
