import t from 'tap';
import { metricNames } from '../../src/core/db/metrics.ts';
import { addExperience, addManual } from '../support/entries.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { runAndAwaitEvent, startApp } from '../support/app.ts';

t.test('the snapshot equals the database', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  const { config, telemetry, liveIndex } = app.parts;
  const library = openDatabase(config.databasePath, { busyMs: 1000 });
  t.teardown(() => library.close());
  library.exec(`INSERT INTO categories (code, name, created_at) VALUES ('GEN', 'General', '2026-01-01')`);
  for (const id of ['E1', 'E2', 'E3']) addExperience(library, id);
  addExperience(library, 'E4', { embedding_status: 'failed' });
  addManual(library, 'M1');
  const before = (await app.json('/api/v1/telemetry/snapshot')).body;
  await runAndAwaitEvent(app, 'export');
  await liveIndex.refresh();
  await telemetry.runOnce();
  const { status, body } = await app.json('/api/v1/telemetry/snapshot');
  t.equal(status, 200);
  t.strictSame(Object.keys(body.metrics), metricNames);
  t.match(body.metrics, {
    queue_pending: 4,
    queue_pending_experiences: 3,
    queue_pending_manuals: 1,
    queue_failed: 1,
    index_vectors: 0,
    index_missing: 4,
    index_failed: 1,
    jobs_running: 0,
    jobs_queued: 0,
    jobs_succeeded: 1,
    streams: 0,
  });
  t.ok(body.metrics.rss_bytes > 1e7);
  t.ok(body.metrics.library_bytes > 0);
  t.ok(body.metrics.disk_free_bytes > 0);
  t.same(body.jobs_last_24_h, { succeeded: before.jobs_last_24_h.succeeded + 1, failed: 0, cancelled: 0 });
  t.match(
    body.operations.find((each: { operation: string }) => each.operation === 'export'),
    { runs: 1, success_rate: 1 },
  );
});

t.test('samples are given by metric and range; a bad request names what is allowed', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  await app.parts.telemetry.runOnce();
  const address = '/api/v1/telemetry/samples';
  const { body } = await app.json(`${address}?metric=streams&since=2026-01-01`);
  t.match(body, {
    metric: 'streams',
    unit: 'streams',
    since: '2026-01-01T00:00:00.000Z',
    points: [{ value: 0 }],
  });
  t.ok(body.step_sec >= 3600);
  const unknown = await app.json(`${address}?metric=speed`);
  t.equal(unknown.status, 422);
  t.strictSame(unknown.body.error.details.metrics, metricNames);
  t.match(unknown.body.error.message, /no metric "speed".*queue_pending/);
  for (const query of [
    '',
    '?metric=streams&since=2026-13-45',
    '?metric=streams&since=2999-01-01',
    '?metric=streams&step=1',
  ]) {
    t.equal((await app.json(address + query)).status, 422, query);
  }
  const document = (await app.json('/api/v1/openapi.json')).body;
  t.match(document.paths[address].get.parameters[0].description, /queue_pending, /);
});
