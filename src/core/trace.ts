// The parts of the few requests that are traced: how long each took, and inside which other one it ran. A part is measured
// where the work is done; in a request that is not traced, measuring costs one comparison.
import { AsyncLocalStorage } from 'node:async_hooks';
import { formatTraceparent, readTraceparent, type TraceContext } from './traceparent.ts';

export type SpanKind = 'check' | 'db' | 'render' | 'search' | 'script' | 'file' | 'http';

/** `n`: from 1, in the order of the starts. `parent`: the part around it. `start_us`: since the start of the request. */
export type Span = {
  n: number;
  parent: number | null;
  kind: SpanKind;
  name: string;
  start_us: number;
  us: number;
  rows: number | null;
};

export type Trace = ReturnType<typeof createTrace>;

/** Further parts are counted. */
const maxSpans = 200;

const storage = new AsyncLocalStorage<{ trace: Trace; parent: Span | null }>();
/** How many traces are open. */
let open = 0;
/** The header of the request for which this process runs, if it is a script. */
let inherited: string | null = null;

/** One that is not recorded only passes its context on. */
export function createTrace(context: TraceContext, isRecorded: boolean) {
  const startedAt = performance.now();
  const spans: Span[] = [];
  let leftOut = 0;
  let isOpen = true;
  open += 1;
  const sinceStart = () => Math.round((performance.now() - startedAt) * 1000);

  const trace = {
    context,
    isRecorded,

    /** Runs `work`, and everything that it starts, inside the trace, or inside one of its parts. */
    run<T>(work: () => T, parent: Span | null = null): T {
      return storage.run({ trace, parent }, work);
    },

    /** `agoMs`: how long ago it began. Null when it is not kept. */
    begin(kind: SpanKind, name: string, parent: Span | null = null, agoMs = 0): Span | null {
      if (!isOpen || !isRecorded) return null;
      if (spans.length >= maxSpans) {
        leftOut += 1;
        return null;
      }
      const start_us = Math.max(0, sinceStart() - Math.round(agoMs * 1000));
      const span = {
        n: spans.length + 1,
        parent: parent?.n ?? null,
        kind,
        name,
        start_us,
        us: -1,
        rows: null,
      };
      spans.push(span);
      return span;
    },

    end(span: Span | null, rows: number | null = null) {
      if (span && isOpen && span.us < 0) Object.assign(span, { us: sinceStart() - span.start_us, rows });
    },

    /** Takes no further parts; those that have not ended end now. */
    close(): { spans: Span[]; leftOut: number } {
      for (const span of spans) trace.end(span);
      if (isOpen) open -= 1;
      isOpen = false;
      // Contexts without a trace cost every promise of the process some time.
      if (open === 0) storage.disable();
      return { spans, leftOut };
    },
  };
  return trace;
}

/** Measures `work` as a part of the trace in which it runs, if there is one. */
export function span<T>(kind: SpanKind, name: string, work: () => T): T {
  const place = open > 0 ? storage.getStore() : undefined;
  const begun = place?.trace.begin(kind, name, place.parent) ?? null;
  if (!place || !begun) return work();
  const end = () => place.trace.end(begun);
  let result: T;
  try {
    result = place.trace.run(work, begun);
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return result.finally(end) as T;
  end();
  return result;
}

/** Adds a part that has just ended and had no parts. */
export function addSpan(kind: SpanKind, name: string, ms: number, rows: number | null) {
  const place = open > 0 ? storage.getStore() : undefined;
  if (place) place.trace.end(place.trace.begin(kind, name, place.parent, ms), rows);
}

/** The `traceparent` of what is asked of others now; null outside a trace. */
export function currentTraceparent(): string | null {
  const trace = open > 0 ? storage.getStore()?.trace : undefined;
  return trace ? formatTraceparent(trace.context) : inherited;
}

/** From now on this process works for the sender of `header`, unless that is not valid. */
export function inheritTraceparent(header: string) {
  inherited = readTraceparent(header) ? header : null;
}

/** Runs `work` for the sender of `header`. */
export async function runInherited<T>(header: string | null, work: () => Promise<T>): Promise<T> {
  const given = header === null ? null : readTraceparent(header);
  if (!given) return work();
  const trace = createTrace({ ...given, spanId: given.parentId }, false);
  try {
    return await trace.run(work);
  } finally {
    trace.close();
  }
}
