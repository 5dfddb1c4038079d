// A frozen library and its sheets: no import, undo, restore or export; index and workers go on.
import '../support/plain-children.ts';
import t from 'tap';
import { startWithRoles, as } from '../support/roles.ts';
import { until } from '../support/until.ts';
import { admin, auditOf, run, startWithClock, untilEntered, wanted } from '../support/windows.ts';

const refused = (window: number) => ({
  status: 503,
  body: {
    error: { code: 'maintenance', details: { window, level: 'frozen', ends_at: '2026-11-29T11:00:00.000Z' } },
  },
});

t.test(
  'a window starts when the import that runs has ended; then import and export are refused',
  async (t) => {
    const { app, windows, windowClaims, workers, repository, pass } = await startWithClock(t, {
      env: { CHL_WORKERS: '1' },
    });
    await app.json('/api/v1/workers/pause', {});
    t.match(await app.run('load'), { status: 'succeeded', failure: null });
    const { body: running } = await run(app, 'import');
    await app.whenJob(running.number, 'running');
    const window = await windows.start(wanted('frozen'), admin);
    t.match(window, { begun_at: '2026-11-29T10:00:00.000Z', entered_at: null });
    t.match(windows.waitsFor(window), { window: null, operation: 'import', number: running.number });
    t.match(windows.current(), { id: window.id });

    await t.test('what it will hold is refused already', async (t) => {
      const answer = await run(app, 'import', { when_locked: undefined });
      t.match(answer, refused(window.id));
      t.equal(answer.headers.get('retry-after'), '3600');
      t.match(await run(app, 'export'), refused(window.id));
      t.match(await run(app, 'undo'), { status: 422 }, 'arguments are checked first');
    });

    await run(app, 'chore');
    pass(1);
    await app.submit(`/ui/jobs/${running.number}/cancel`, {});
    t.match(await untilEntered(app, window), { entered_at: '2026-11-29T10:01:00.000Z' });
    t.match(windows.waitsFor(windows.find(window.id)), null);
    t.match(auditOf(app, `window:${window.id}`), [
      { event: 'maintenance.planned', actor: 'ada', detail: { before: null, after: { level: 'frozen' } } },
      { event: 'maintenance.began', actor: 'system' },
      { event: 'maintenance.entered', actor: 'system', detail: { waited_sec: 60 } },
    ]);

    await t.test('workers and the index go on', async (t) => {
      const pending = async () => (await app.json('/api/v1/queue')).body.pending.total;
      t.ok((await pending()) > 0);
      await app.json('/api/v1/workers/resume', {});
      await until(pending, (left) => left === 0);
      const { status, body } = await run(app, 'index');
      t.equal(status, 202);
      t.match(await app.whenJob(body.number), { status: 'succeeded', failure: null });
      t.equal(workers.view().lock, null);
    });

    await t.test('a job that may wait starts when the window has ended', async (t) => {
      const { status, body } = await run(app, 'import', { when_locked: 'wait' });
      t.equal(status, 202);
      const waiting = repository.find(body.job_id);
      t.equal(waiting?.status, 'queued');
      const { body: shown } = await app.json(`/api/v1/operations/jobs/${body.number}`);
      t.match(shown.waits_for, { window: window.id, level: 'frozen', job_id: null });
      const { text } = await app.page(`/jobs/${body.number}`);
      t.match(text, /Waiting for\s+<a href="\/settings\/maintenance">maintenance<\/a> by ada/);
      t.match((await app.page('/operations')).text, /Blocked by\s+<a href="\/settings\/maintenance">/);
      await windows.end(window.id, admin);
      await app.whenJob(body.number, 'running');
      t.equal(windows.current(), null);
    });
    t.equal(windowClaims.end(window.id, { at: '', by: admin }), null, 'it ends once');
  },
);

t.test('a window is over at its end, even if no timer has fired', async (t) => {
  const { app, windows, pass } = await startWithClock(t);
  const { id } = await windows.start(wanted('frozen'), admin);
  t.match(await run(app, 'import'), refused(id));
  pass(60);
  t.equal(windows.current(), null);
  t.match(await run(app, 'import'), { status: 202 });
  t.match(windows.find(id), { ended_at: '2026-11-29T11:00:00.000Z', ended_by: 'system' });
  t.match(auditOf(app, `window:${id}`).at(-1), {
    event: 'maintenance.ended',
    actor: 'system',
    detail: { before: { ended_at: null }, after: { ended_at: '2026-11-29T11:00:00.000Z' } },
  });
});

t.test('a job that was queued earlier keeps its place before the window', async (t) => {
  const { app, windows } = await startWithClock(t);
  const first = (await run(app, 'import')).body;
  const second = (await run(app, 'import', { when_locked: 'wait' })).body;
  const window = await windows.start(wanted('frozen'), admin);
  await app.submit(`/ui/jobs/${first.number}/cancel`, {});
  await app.whenJob(second.number, 'running');
  t.match(windows.find(window.id), { entered_at: null });
  t.match(windows.waitsFor(window), { number: second.number });
  await app.submit(`/ui/jobs/${second.number}/cancel`, {});
  await untilEntered(app, window);
});

t.test(
  'an import that waits for the end holds back neither index nor repair, and has its place then',
  async (t) => {
    const { app, windows, repository } = await startWithClock(t, { env: { CHL_WORKERS: '0' } });
    const { id } = await windows.start(wanted('frozen'), admin);
    const first = (await run(app, 'import', { when_locked: 'wait' })).body;
    const second = (await run(app, 'import', { when_locked: 'wait' })).body;
    for (const operation of ['index', 'repair']) {
      const [offered] = (await app.json('/api/v1/operations')).body.items.filter(
        ({ name }: { name: string }) => name === operation,
      );
      t.same(offered.held_by, [], `${operation} is offered`);
      const { status, body } = await run(app, operation);
      t.equal(status, 202, JSON.stringify(body));
      await app.whenJob(body.number);
    }
    for (const { number } of [first, second])
      t.match((await app.json(`/api/v1/operations/jobs/${number}`)).body, {
        status: 'queued',
        waits_for: { window: id },
      });
    await windows.end(id, admin);
    await app.whenJob(first.number, 'running');
    t.match(await run(app, 'index'), {
      status: 409,
      body: { error: { details: { holder: { number: first.number } } } },
    });
    t.equal(repository.find(String(second.number))?.status, 'queued');
  },
);

t.test('a retry is refused, too; a bulk retry queues its jobs behind the window', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { body } = await run(app, 'import');
  await app.whenJob(body.number, 'running');
  await app.submit(`/ui/jobs/${body.number}/cancel`, {});
  await app.whenJob(body.number);
  const { id } = await windows.start(wanted('frozen'), admin);
  const confirmed = { reason: 'a test needs it', confirm: 'import' };
  t.match(await app.json(`/api/v1/operations/jobs/${body.number}/retry`, confirmed), refused(id));
  const bulk = await app.json('/api/v1/operations/jobs/bulk', { action: 'retry', jobs: [body.number] });
  const [{ new_number }] = bulk.body.items;
  t.match((await app.json(`/api/v1/operations/jobs/${new_number}`)).body, {
    status: 'queued',
    waits_for: { window: id },
  });
});

t.test('an admin with a token overrides a window for one job', async (t) => {
  const { app, windows } = await startWithClock(t);
  const secured = await startWithRoles(t, async () => app);
  const { id } = await windows.start(wanted('frozen'), admin);
  const override = { 'x-maintenance-override': 'the%20sheet%20is%20right' };
  t.match(await run(secured, 'import', {}, { ...as('operator'), ...override }), { status: 503 });
  const { status, body } = await run(secured, 'import', {}, { ...as('admin'), ...override });
  t.equal(status, 202);
  await secured.whenJob(body.number, 'running');
  t.match(auditOf(app, `job:${body.number}`)[0], {
    event: 'job.accepted',
    detail: { overridden: { window: id, level: 'frozen', reason: 'the sheet is right' } },
  });
  t.match(await run(secured, 'import', {}, { ...as('admin'), ...override }), {
    status: 409,
    body: { error: { code: 'operation_locked' } },
  });
  t.match(await run(secured, 'import', {}, as('admin')), { status: 503 });
});

t.test('a job that overrides a window does so again after its back-off', async (t) => {
  const { app, windows } = await startWithClock(t);
  const secured = await startWithRoles(t, async () => app);
  await windows.start(wanted('frozen'), admin);
  const override = { 'x-maintenance-override': 'the%20sheet%20is%20right' };
  const { body } = await run(secured, 'flaky', {}, { ...as('admin'), ...override });
  t.match(await secured.whenJob(body.number), { status: 'succeeded', attempt: 2 });
  t.equal((await run(secured, 'flaky', {}, as('admin'))).status, 503, 'only that job');
});

t.test('without tokens there is no override', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { id } = await windows.start(wanted('frozen'), admin);
  t.match(
    await run(app, 'import', {}, { 'x-maintenance-override': 'the%20sheet%20is%20right' }),
    refused(id),
  );
});
