// Begins the traces of requests, and measures what the server itself does for each: its checks, the body, sending the answer.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isSelfCheck } from '../core/self-check.ts';
import type { Span, SpanKind, Trace } from '../core/trace.ts';
import type { Tracing } from '../core/tracing.ts';
import { formatBytes } from '../core/format.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null when it is not traced. Sending the answer lasts until the trace ends. */
    traced: { trace: Trace; checks: Span | null; body: Span | null } | null;
  }
}

/** Must be called before any other hook is added that does work. A stream, which lasts as long as its page, is traced until
 *  it begins: see `takeOver`. */
export function beginTraces(app: FastifyInstance, tracing: Tracing) {
  app.decorateRequest('traced', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const trace = begin(tracing, request);
    if (!trace) return done();
    const checks = trace.begin('check', 'Guard: host, identity, role');
    request.traced = { trace, checks, body: null };
    trace.run(done, checks);
  });
}

/** Must be called after the hooks that check requests, and before those that read the body. */
export function traceBodies(app: FastifyInstance) {
  app.addHook('onRequest', ({ traced }, _reply, done) => {
    if (!traced) return done();
    traced.trace.end(traced.checks);
    traced.trace.run(done);
  });
  app.addHook('preParsing', ({ traced, headers }, _reply, _payload, done) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (traced && hasBody) traced.body = traced.trace.begin('http', 'Read the body of the request');
    done();
  });
  // The events of a body come from its connection, outside the trace; Fastify goes on inside it.
  app.addHook('preValidation', ({ traced }, _reply, done) => {
    if (traced) traced.trace.end(traced.body);
    done();
  });
  app.addHook('onSend', ({ traced }, _reply, payload, done) => {
    if (!traced) return done();
    // The checks of a request that was refused before its handler are still open.
    traced.trace.end(traced.checks);
    traced.trace.end(traced.body);
    traced.trace.begin(...describe(payload));
    done();
  });
}

function describe(payload: unknown): [SpanKind, string] {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return ['file', 'Send a file'];
  return ['http', `Send ${formatBytes(Buffer.byteLength(payload))}`];
}

function begin(tracing: Tracing, request: FastifyRequest): Trace | null {
  if (isSelfCheck(request.headers)) return null;
  return tracing.begin(request.id, headerOf(request));
}

/** A header that was sent twice is not valid. */
function headerOf({ headers }: FastifyRequest): string | undefined {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? traceparent : undefined;
}
