import t from 'tap';
import { logStore } from '../../src/log-store/feature.ts';
import { startApp } from '../support/app.ts';

t.test('warnings, errors and events of the log are in log.db', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { logStore: store } = app.use(logStore);
  app.log.info('a plain line');
  app.log.warn('look here');
  await app.run('export');
  const lines = await store.ask('newestLines', { limit: 10 });
  t.same(lines.map(({ text }) => text).reverse(), [
    'look here',
    'job #1 queued',
    'job #1 running',
    'job #1 succeeded',
  ]);
  t.match(lines[0], { job: 1, level: 30, fields: { event: 'job.succeeded', operation: 'export' } });
  t.ok(store.state().file);
});
