// A job keeps the trace of its request while it waits, also across a restart of the server.
import '../support/plain-children.ts';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { startApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';
import { defineOperation } from '../support/operations.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const sampled = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };

t.test('a job that waited for the next server has the trace of its request', async (t) => {
  const root = makeFolder(t);
  const child = defineOperation({ child: 'shows-its-surroundings' });
  const catalogue = createCatalogue([...declaredOperations, child]);
  const before = await startApp(t, { root, catalogue });
  before.tracing.pickBy(() => false);
  await before.parts.runner.stop(0);
  const enqueue = async (headers: Record<string, string>) =>
    (await before.json('/api/v1/operations/chore', { reason: 'a test needs it' }, headers)).body.number;
  const traced = await enqueue(sampled);
  const untraced = await enqueue({});
  const waiting = await before.json(`/api/v1/requests/job-${traced}`);
  t.match(waiting.body, { job_status: 'queued', trace_id: traceId });
  const own = (await before.json(`/api/v1/requests/job-${untraced}`)).body;
  t.match(own, { trace_id: /^[0-9a-f]{32}$/, parent_id: null });
  await before.close();

  const after = await startApp(t, { root, catalogue });
  const traceparentOf = async (number: number) => {
    const { result } = await after.whenJob(number, 'succeeded');
    return (result as { env: Record<string, string> }).env.TRACEPARENT;
  };
  t.match(await traceparentOf(traced), new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  t.match((await after.json(`/api/v1/requests/job-${traced}`)).body, {
    trace_id: traceId,
    parent_id: /^[0-9a-f]{16}$/,
  });
  t.match(await traceparentOf(untraced), new RegExp(`^00-${own.trace_id}-[0-9a-f]{16}-00$`));
  const { body: ended } = await after.json(`/api/v1/requests/job-${untraced}`);
  t.match(ended, { trace_id: own.trace_id, parent_id: null }, 'its parent is no part that anybody knows');
});
