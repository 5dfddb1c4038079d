// The trace of another program goes through this server: to scripts, to the services that scripts ask, and to those that a
// search asks.
import '../support/plain-children.ts';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { traceOfJob } from '../../src/runner/job-trace.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { startApp } from '../support/app.ts';
import { startService } from '../support/embedding-service.ts';
import { defineOperation } from '../support/operations.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const sampled = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
const notSampled = { traceparent: `00-${traceId}-00f067aa0ba902b7-00` };

t.test('scripts and embedding services get the trace of the request', async (t) => {
  const service = await startService(t);
  const child = defineOperation({ child: 'shows-its-surroundings' });
  const app = await startApp(t, {
    env: {
      CHL_EMBEDDING_URL: service.url,
      CHL_EMBEDDING_MODEL: 'some/model',
      CHL_SLOW_REQUEST_MS: '60000',
    },
    catalogue: createCatalogue([...declaredOperations, child]),
  });
  app.tracing.pickBy(() => false);
  const chore = await app.run('chore', {}, sampled);
  const { env } = chore.result as unknown as { env: Record<string, string> };
  t.match(env.TRACEPARENT, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  t.match((await app.json(`/api/v1/requests/job-${chore.number}`)).body, { trace_id: traceId });

  await app.run('import');
  await app.run('index', {}, sampled);
  const [entries] = service.asked.filter(({ input }) => input.length > 1);
  t.match(
    entries?.traceparent,
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
    'the script has asked in the trace',
  );

  const headerOf = async (word: string, headers?: Record<string, string>) => {
    const { status } = await app.json(`/api/v1/search?q=${word}`, undefined, headers);
    t.equal(status, 200);
    return service.asked.find(({ input }) => input[0] === word)?.traceparent;
  };
  const header = await headerOf('retry', sampled);
  t.match(header, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  const { body } = await app.json('/api/v1/traces?route=/api/v1/search');
  const [, spanId] = /-([0-9a-f]{16})-01$/.exec(String(header)) ?? [];
  t.equal(spanId?.slice(8), body.items[0].id, 'its parent is named after the request');
  const { body: whole } = await app.json(`/api/v1/requests/${body.items[0].id}`);
  t.ok(whole.spans.some(({ kind }: { kind: string }) => kind === 'search'));
  t.match(await headerOf('again', notSampled), new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  t.equal(await headerOf('without'), undefined, 'a search outside a trace has no header');
  t.equal(await headerOf('invalid', { traceparent: `00-${traceId}-01` }), undefined);
  t.equal((await app.json('/api/v1/traces?route=/api/v1/search')).body.items.length, 1);
});

t.test('a job outside a trace has one of its own, the same for each attempt', async (t) => {
  const job = { id: 'job-a', traceparent: null };
  const own = traceOfJob(job);
  t.match(own, { traceId: /^[0-9a-f]{32}$/, spanId: /^[0-9a-f]{16}$/, isSampled: false });
  t.same(traceOfJob(job), own);
  t.not(traceOfJob({ ...job, id: 'job-b' }).traceId, own.traceId);
});
