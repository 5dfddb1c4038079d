import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import t from 'tap';
import { addSpan, createTrace, currentTraceparent, span } from '../../src/core/trace.ts';
import { startApp } from '../support/app.ts';

const context = { traceId: 'a'.repeat(32), parentId: null, spanId: 'b'.repeat(16), isSampled: true };

t.test('parts know the part around them, also after work that waits', async (t) => {
  const trace = createTrace(context, true);
  await trace.run(async () => {
    await Promise.all([
      span('search', 'one', async () => {
        await new Promise(setImmediate);
        addSpan('db', 'inside one', 0.5, 3);
      }),
      span('render', 'two', async () => addSpan('db', 'inside two', 0.5, null)),
    ]);
    t.throws(() =>
      span('file', 'three', () => {
        throw new Error('an error ends its part');
      }),
    );
  });
  const { spans, leftOut } = trace.close();
  t.equal(leftOut, 0);
  const parents = spans.map(({ name, parent }) => [name, spans.find(({ n }) => n === parent)?.name ?? null]);
  t.same(Object.fromEntries(parents), {
    one: null,
    two: null,
    three: null,
    'inside one': 'one',
    'inside two': 'two',
  });
  t.ok(spans.every(({ us }) => us >= 0));
});

t.test('a trace keeps 200 parts and counts the others; after its end it takes none', async (t) => {
  const trace = createTrace(context, true);
  trace.run(() => {
    t.equal(currentTraceparent(), `00-${context.traceId}-${context.spanId}-01`);
    for (let i = 0; i < 250; i++) addSpan('db', 'ops: SELECT 1', 0.1, 1);
  });
  const { spans, leftOut } = trace.close();
  t.same([spans.length, leftOut], [200, 50]);
  trace.run(() => addSpan('db', 'ops: SELECT 1', 0.1, 1));
  t.same(trace.close(), { spans, leftOut }, 'closing it again changes nothing');
  t.equal(currentTraceparent(), null);
});

t.test('a request with a body is traced to its end, and a stream is not kept', async (t) => {
  const env = { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' };
  const app = await startApp(t, { env });
  const headers = { traceparent: `00-${context.traceId}-${context.spanId}-01` };
  t.equal(await postInTwoPieces(`${app.origin}/api/v1/operations/repair`, headers), 202);
  const gone = new AbortController();
  const stream = await fetch(`${app.origin}/ui/stream/telemetry`, { headers, signal: gone.signal });
  t.equal(stream.status, 200);
  gone.abort();
  const { body } = await app.json('/api/v1/traces?method=POST');
  const { body: whole } = await app.json(`/api/v1/requests/${body.items[0].id}`);
  const names: string[] = whole.spans.map(({ name }: { name: string }) => name);
  t.ok(names.includes('Read the body of the request'));
  t.ok(
    names.some((name) => /INSERT INTO job/i.test(name)),
    'statements after the body are parts',
  );
  const { body: all } = await app.json('/api/v1/traces');
  t.notOk(all.items.some(({ route }: { route: string }) => route === '/ui/stream/telemetry'));
});

/** The body is sent when the server waits for it. Returns the status of the answer. */
async function postInTwoPieces(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const body = JSON.stringify({ reason: 'a test needs it' });
  const type = { 'content-type': 'application/json', 'content-length': String(body.length) };
  const request = http.request(url, {
    method: 'POST',
    headers: { ...headers, ...type, expect: '100-continue' },
  });
  request.flushHeaders();
  await once(request, 'continue');
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}
