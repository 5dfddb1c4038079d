// Retries during maintenance: one is refused, a bulk retry waits where its jobs may wait, and no job is lost.
import '../support/plain-children.ts';
import t from 'tap';
import { admin, run, startWithClock, untilEntered, wanted } from '../support/windows.ts';

for (const level of ['frozen', 'drained', 'read_only'] as const)
  t.test(`a retry and a bulk retry during ${level}`, async (t) => {
    const { app, windows } = await startWithClock(t);
    const { body: first } = await run(app, 'import');
    await app.whenJob(first.number, 'running');
    await app.submit(`/ui/jobs/${first.number}/cancel`, {});
    await app.whenJob(first.number);
    const window = await windows.start(wanted(level), admin);
    await untilEntered(app, window);
    const confirmed = { reason: 'a test needs it', confirm: 'import' };
    const retry = () => app.json(`/api/v1/operations/jobs/${first.number}/retry`, confirmed);
    const bulkRetry = () =>
      app.json('/api/v1/operations/jobs/bulk', { action: 'retry', jobs: [first.number], ...confirmed });
    const original = async () => (await app.json(`/api/v1/operations/jobs/${first.number}`)).body;
    const refused = {
      status: 503,
      body: { error: { code: 'maintenance', details: { window: window.id, level } } },
    };
    t.match(await retry(), refused);
    t.match(await original(), { status: 'cancelled', retried_by: null }, 'nothing was made');

    const bulk = await bulkRetry();
    if (level === 'read_only') {
      t.match(bulk, refused);
      t.match(await original(), { retried_by: null });
      await windows.end(window.id, admin);
      const { status, body } = await retry();
      t.equal(status, 202, 'it can be retried when the window is over');
      t.match(await app.whenJob(body.number, 'running'), { status: 'running' });
      return;
    }
    const [{ outcome, new_number }] = bulk.body.items;
    t.equal(outcome, 'done');
    const made = (await app.json(`/api/v1/operations/jobs/${new_number}`)).body;
    t.match(made, { status: 'queued', waits_for: { window: window.id } });
    t.match(await original(), { retried_by: made.job_id });
    await windows.end(window.id, admin);
    t.match(await app.whenJob(new_number, 'running'), { status: 'running' }, 'it starts after the window');
  });
