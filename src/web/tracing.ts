// Picks the requests that are traced, and holds the open traces.
import { randomUUID } from 'node:crypto';
import { createTrace, type Trace } from '../core/trace.ts';
import { readTraceparent } from '../core/traceparent.ts';
import type { Tracing } from '../core/tracing.ts';

/** The number of traces of requests under way; the oldest end as if they were not traced. */
const maxOpen = 1000;

export function createTracing(): Tracing {
  const open = new Map<string, Trace>();
  let isPicked = (_requestId: string): boolean => false;

  return {
    pickBy(decide) {
      isPicked = decide;
    },

    begin(requestId, header) {
      const given = header === undefined ? null : readTraceparent(header);
      const isRecorded = given?.isSampled === true || isPicked(requestId);
      if (!given && !isRecorded) return null;
      const begun = given ?? { traceId: randomUUID().replaceAll('-', ''), parentId: null };
      const context = { ...begun, spanId: spanIdOf(begun.traceId, requestId), isSampled: isRecorded };
      const trace = createTrace(context, isRecorded);
      open.set(requestId, trace);
      const [oldest] = open.keys();
      if (open.size > maxOpen && oldest !== undefined) end(oldest);
      return trace;
    },

    end,
  };

  function end(requestId: string) {
    const trace = open.get(requestId);
    if (!trace) return null;
    open.delete(requestId);
    const closed = trace.close();
    return { context: trace.context, trace: trace.isRecorded ? closed : null };
  }
}

/** Ends with the id of the request, by which people find it. */
const spanIdOf = (traceId: string, requestId: string) => `${traceId.slice(0, 8)}${requestId}`;
