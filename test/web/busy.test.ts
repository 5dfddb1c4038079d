import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp } from '../support/app.ts';

t.test('while another process writes ops.db, pages are answered, and writes wait or get 503', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const writer = openDatabase(app.parts.config.opsDatabasePath, { busyMs: 1000 });
  t.teardown(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const refused = [1, 2].map(() => app.json('/api/v1/operations/export', {}));
  t.equal((await app.page('/operations')).status, 200);
  t.equal((await app.json('/health')).status, 200);
  for (const { status, body, headers } of await Promise.all(refused)) {
    t.equal(status, 503);
    t.equal(body.error.code, 'busy');
    t.ok(headers.get('retry-after'));
  }
  const waits = app.json('/api/v1/operations/export', {});
  t.equal((await app.json('/health')).status, 200);
  writer.exec('ROLLBACK');
  t.match(await waits, { status: 202, body: { number: 1 } }, 'the refused requests recorded nothing');
  t.match(await app.whenJob(1), { status: 'succeeded' });
});
