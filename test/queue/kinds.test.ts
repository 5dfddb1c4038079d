// A paused kind of entries on the page, in the API, in checks and on the command line, with a row instead of a worker.
import t, { type Test } from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { runHere } from '../support/command-line.ts';
import { addCategory, addExperience, addManual } from '../support/entries.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { card, insideOf, textOf } from '../support/screen.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

function openLibrary(t: Test, app: TestApp) {
  const library = openDatabase(app.parts.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  return library;
}

/** Samples of the last ten whole minutes, in which six manuals a minute were embedded. */
function addSamples(ops: Db, now: Date) {
  const minute = Math.floor(now.getTime() / 60_000) * 60;
  const add = ops.prepare(`
    INSERT INTO sample (at, queue_pending_experiences, queue_failed_experiences, embedded_experiences,
      queue_pending_manuals, queue_failed_manuals, embedded_manuals) VALUES (?, 0, 0, 0, ?, 0, 6)
  `);
  for (let step = 0; step < 10; step += 1) add.run(minute - 600 + step * 60, step === 0 ? 40 : 0);
}

const queueOf = async (app: TestApp) => (await app.json('/api/v1/queue')).body;
const shown = (app: TestApp, part: string) => app.page('/operations').then(({ html }) => textOf(html, part));

t.test('a kind is paused and resumed, and what waits in it is no problem', async (t) => {
  const at = new Date();
  const app = await startWithRoles(t, (t) => startApp(t, { now: () => at }));
  const rows = createWorkerRows(t, app);
  rows.add('embed-1');
  const library = openLibrary(t, app);
  addCategory(library, 'GEN');
  const old = { updated_at: '2026-01-01T00:00:00.000Z' };
  for (const id of ['M1', 'M2']) addManual(library, id, old);
  addSamples(rows.ops, at);

  await t.test('in the API', async (t) => {
    for (const role of ['nobody', 'viewer'] as const)
      t.match(await app.json('/api/v1/queue/pause', { kind: 'manual' }, as(role)), {
        status: role === 'viewer' ? 403 : 401,
      });
    for (const body of [{}, { kind: 'poem' }, { kind: 'manual', other: 1 }])
      t.match(await app.json('/api/v1/queue/pause', body), { status: 422 });
    const body = { kind: 'manual', reason: 'they are <rewritten>' };
    const { status, body: queue } = await app.json('/api/v1/queue/pause', body, as('operator'));
    t.equal(status, 200);
    t.match(queue.kinds, [
      {
        kind: 'experience',
        pending: 0,
        failed: 0,
        in_per_min: 0,
        out_per_min: 0,
        mean_wait_sec: null,
        paused: null,
      },
      {
        kind: 'manual',
        pending: 2,
        failed: 0,
        in_per_min: 1.6,
        out_per_min: 6,
        mean_wait_sec: 40,
        paused: { at: String, by: 'operator', reason: body.reason },
      },
    ]);
    const workers = { server: 0, hand: 1 };
    const driver = { name: 'sqlite', file: 'chl.db', mode: 'scripts', workers, redis: null };
    t.same(queue.driver, driver);
    t.match(queue, { pending: { manuals: 2, total: 2 }, paused: true, eta_sec: null, outage: null });
    t.match((await app.json('/api/v1/workers')).body, { paused: false, paused_kinds: { manual: {} } });
  });

  await t.test('on the card', async (t) => {
    const text = await shown(app, card.queue);
    t.match(text, /Experiences Pause Experiences Waiting 0 Failed 0 In 0\/min Out 0\/min Mean wait –/);
    t.match(
      text,
      /Manuals Paused Resume Manuals .* In 1\.6\/min Out 6\/min Mean wait 40\.0 s Paused by operator .*: they are <rewritten>/,
    );
    t.match(
      text,
      /Manuals are paused\. Resume them to embed the entries\..*rebuild of the index, do not\. In and out: .* SQLite, chl\.db\. 1 worker was/,
    );
    t.match(await shown(app, card.figures), /Manuals are paused/);
    const { text: page } = await app.page('/operations');
    t.equal(insideOf(page, 'ops-queue-card'), (await app.page('/ui/operations/queue')).text);
    const { html } = await app.page('/operations', as('viewer'));
    t.equal(html.querySelector('#steer-manual')?.getAttribute('aria-disabled'), 'true', 'a viewer sees it');
  });

  await t.test('in checks', async (t) => {
    await app.parts.checker.runOnce();
    await app.parts.checker.confirm();
    const { body } = await app.json('/api/v1/findings');
    const titles = body.items.map(({ title }: { title: string }) => title);
    t.ok(titles.includes('Entries wait: manuals are paused'), titles.join());
    t.notOk(titles.includes('Entries wait although workers are idle'), titles.join());
  });

  await t.test('after a drain, which leaves it', async (t) => {
    const drained =
      /Drained in .*: 2 entries of a paused kind are left, no others\. The workers are paused\. embed-1/;
    t.equal((await app.json('/api/v1/workers/drain', { timeout_sec: 60 })).status, 202);
    const { bus, workers } = app.parts;
    await new Promise<void>((resolve) => {
      bus.on('workers', () => {
        rows.beat('embed-1', { state: 'paused' });
        if (workers.view().drain?.outcome) resolve();
      });
    });
    t.match(await shown(app, card.workers), drained);
    t.match((await app.json('/api/v1/workers')).body.drain, { outcome: 'drained', left: 0, paused_left: 2 });
    t.match(
      await shown(app, card.queue),
      /The workers and manuals are paused\. Resume both to embed the entries\./,
    );
    t.match(await queueOf(app), { paused: true, workers_paused: true });
    await app.json('/api/v1/queue/resume', { kind: 'manual' });
    t.match(await shown(app, card.workers), drained, 'also when the kind is resumed');
    t.match(await shown(app, card.queue), /The workers are paused\. Resume them to embed the entries\./);
    await app.json('/api/v1/queue/pause', { kind: 'manual' }, as('operator'));
    await app.json('/api/v1/workers/resume', {});
    rows.beat('embed-1', {});
  });

  await t.test('with both kinds', async (t) => {
    addExperience(library, 'E1', old);
    t.match(await queueOf(app), { paused: false });
    const htmx = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/operations`, ...as('operator') };
    const answer = await app.submit('/ui/queue/pause', { kind: 'experience' }, htmx);
    const undo = { action: '/ui/queue/resume', fields: { kind: 'experience' } };
    const notice = { tone: 'ok', title: 'Experiences paused.', undo };
    t.match(JSON.parse(answer.headers.get('hx-trigger') ?? ''), { 'chl-notice': notice });
    t.equal(await answer.text(), (await app.page('/ui/operations/queue', as('operator'))).text);
    t.match(await queueOf(app), { paused: true });
    t.match(await shown(app, card.workers), /embed-1 Paused Pause .*Both kinds of entries are paused\./);
    t.equal((await app.submit('/ui/queue/pause', { kind: 'poem' })).status, 422);
    t.equal((await app.submit('/ui/queue/resume', { kind: 'experience' })).status, 303);
    t.match(await queueOf(app), { paused: false, kinds: [{ paused: null }, { paused: { by: 'operator' } }] });
  });
});

t.test('a kind is paused and resumed on the command line', async (t) => {
  const app = await startApp(t);
  const { root } = app;
  t.match(await runHere(root, ['pause', '--kind', 'manual', '--reason', 'they are rewritten']), {
    code: 0,
    out: /The kind manual is paused by .*: they are rewritten/,
  });
  t.match(await runHere(root, ['queue']), { out: /^0 pending, 0 failed, manuals are paused\.\n/ });
  const library = openLibrary(t, app);
  addCategory(library, 'GEN');
  addManual(library, 'M1');
  t.match(
    await shown(app, card.queue),
    /Manuals are paused, and no worker is running\. Resume them and start a worker to embed the entries\./,
  );
  await app.parts.workers.pause(undefined, systemRequester, 'The budget is used up.');
  t.match(await runHere(root, ['queue']), { out: /, the workers and manuals are paused\.\n/ });
  t.match(
    await shown(app, card.queue),
    /The workers and manuals are paused, and no worker is running\. Resume both and start a worker to/,
  );
  t.match(await runHere(root, ['resume', 'embed-1', '--kind', 'manual']), { code: 2, err: /not both/ });
  t.match(await runHere(root, ['pause', '--kind', 'poem']), { code: 2 });
  t.notMatch(await runHere(root, ['resume', '--kind', 'manual']), { out: /is paused/ });
});
