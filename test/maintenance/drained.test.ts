// A drained server: running jobs end, nothing starts, and the workers pause after their batch.
import '../support/plain-children.ts';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';
import { admin, auditOf, run, startWithClock, untilEntered, wanted } from '../support/windows.ts';

t.test('a drained window waits for what runs, and nothing starts before its end', async (t) => {
  const { app, windows, workers, repository, pass } = await startWithClock(t, {
    env: { CHL_WORKERS: '1', CHL_MAX_RUNNING_JOBS: '1' },
  });
  const running = (await run(app, 'chore')).body;
  await app.whenJob(running.number, 'running');
  const queued = (await run(app, 'chore')).body;
  const window = await windows.start(wanted('drained'), admin);
  t.equal(window.entered_at, null);
  t.match(windows.waitsFor(window), { number: running.number });

  await t.test('a job that claims nothing is refused, or waits', async (t) => {
    t.match(await run(app, 'chore'), {
      status: 503,
      body: { error: { code: 'maintenance', details: { window: window.id, level: 'drained' } } },
    });
    t.match(await run(app, 'chore', { when_locked: 'wait' }), { status: 202 });
  });

  pass(0.7);
  await app.submit(`/ui/jobs/${running.number}/cancel`, {});
  await untilEntered(app, window);
  t.match(auditOf(app, `window:${window.id}`).at(-1), {
    event: 'maintenance.entered',
    detail: { waited_sec: 42 },
  });
  t.equal(repository.find(queued.job_id)?.status, 'queued', 'also a job that was queued before');
  t.match(
    repository.positions().filter(({ isHeld }) => isHeld),
    [{ jobId: `window:${window.id}` }],
  );

  await t.test('the workers pause, and the page says why', async (t) => {
    t.match(workers.view().lock, { window: window.id, ends_at: window.ends_at });
    await until(() => workers.view().workers.every(({ view }) => view === 'paused'));
    const { body } = await app.json('/api/v1/workers');
    t.match(textOf((await app.page('/operations')).html, '.worker .now'), /^Paused for maintenance\.$/);
    t.match(body, { paused: true, held_by: { window: window.id } });
    t.match(
      (await app.page('/operations')).text,
      /Paused by <a href="\/settings\/maintenance">maintenance<\/a>/,
    );
  });

  await windows.end(window.id, admin);
  await app.whenJob(queued.number, 'running');
  await until(() => workers.view().workers.every(({ view }) => view !== 'paused'));
});

t.test('a window that has not been entered keeps its place over a restart', async (t) => {
  const first = await startWithClock(t);
  const running = (await run(first.app, 'chore')).body;
  await first.app.whenJob(running.number, 'running');
  const window = await first.windows.start(wanted('drained'), admin);
  t.equal(window.entered_at, null);
  await first.app.close();
  const second = await startWithClock(t, { root: first.app.root, at: '2026-11-29T10:10:00Z' });
  t.match(await untilEntered(second.app, window), { begun_at: window.begun_at });
  t.match(await run(second.app, 'chore'), { status: 503 });
});

t.test(
  'a planned window begins at its time, or late after a restart; one that is over has not begun',
  async (t) => {
    const first = await startWithClock(t);
    const soon = { starts_at: '2026-11-29T10:20:00Z', ends_at: '2026-11-29T10:40:00Z' };
    const later = { starts_at: '2026-11-29T11:00:00Z', ends_at: '2026-11-29T12:00:00Z' };
    const { minutes: _, ...drained } = wanted('drained');
    const missed = await first.windows.start({ ...drained, ...soon }, admin);
    const late = await first.windows.start({ ...drained, ...later }, admin);
    t.match(first.windows.current(), { id: missed.id, begun_at: null });
    t.match(await run(first.app, 'chore'), { status: 202 });
    await first.app.close();
    const second = await startWithClock(t, { root: first.app.root, at: '2026-11-29T11:30:00Z' });
    t.match(second.windows.find(missed.id), {
      begun_at: null,
      entered_at: null,
      ended_at: '2026-11-29T10:40:00.000Z',
      ended_by: 'system',
    });
    t.match(auditOf(second.app, `window:${missed.id}`).at(-1), {
      event: 'maintenance.ended',
      detail: { server_was_off: true },
    });
    t.match(await untilEntered(second.app, late), { begun_at: '2026-11-29T11:30:00.000Z' });
    second.pass(30);
    await second.windowClock.runOnce();
    t.match(second.windows.find(late.id), { ended_at: '2026-11-29T12:00:00.000Z' });
    t.equal(second.windows.current(), null);
  },
);

t.test('nothing changes while the windows cannot be read', async (t) => {
  const lines: string[] = [];
  const logged = () => lines.join('');
  const output = { write: (line: string) => void lines.push(line) };
  const { app } = await startWithClock(t, { output });
  const driver = /no such table|SQLITE/;
  const open = path.join(packageRoot, 'dist/src/core/db/open.js');
  const drop = `import { openDatabase } from ${JSON.stringify(open)};
    openDatabase(process.argv[1], { busyMs: 5000 }).exec('DROP TABLE maintenance_window');`;
  // In a process of its own: closing a file of a database drops the locks of this process.
  execFileSync(process.execPath, ['--input-type=module', '-e', drop, path.join(app.root, 'ops.db')]);
  for (const address of ['/api/v1/workers/pause', '/api/v1/operations/chore', '/sign-out']) {
    const answer = await app.json(address, {}, { accept: 'application/json' });
    t.match(
      answer,
      { status: 503, body: { error: { code: 'maintenance', message: /cannot be read/ } } },
      address,
    );
    t.ok(answer.headers.get('retry-after'));
    t.notMatch(answer.body.error.message, driver, address);
  }
  for (const address of ['/api/v1/maintenance', '/api/v1/maintenance/1', '/settings/maintenance']) {
    const answer = await fetch(app.origin + address);
    t.equal(answer.status, 503, address);
    const text = await answer.text();
    t.match(text, /maintenance windows in ops\.db cannot be read/, address);
    t.notMatch(text, driver, address);
  }
  const rows = app.ops.prepare('SELECT detail FROM audit').pluck().all();
  t.match(rows.join(), /cannot be read/);
  t.notMatch(rows.join(), driver);
  t.match(logged(), /no such table: maintenance_window/, 'the log has the text of the driver');
  t.equal((await app.page('/jobs')).status, 200);
});
