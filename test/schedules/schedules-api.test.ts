// The API of schedules, and the command line, which uses it.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { addTick, putSchedule } from '../support/stored-schedules.ts';

const noop = { CHL_OPERATIONS_MODE: 'noop' };
const nightly = { operation: 'repair', cron: '30 2 * * *', zone: 'Europe/Berlin' };
const path = '/api/v1/schedules';
let app: TestApp;

t.before(async () => {
  app = await startApp(t, { env: noop, now: () => new Date('2026-11-28T13:08:20Z') });
});

t.test('a schedule is created, read, changed and removed', async (t) => {
  const created = await putSchedule(app, 'nightly', nightly);
  t.equal(created.status, 201);
  t.match(created.body, {
    name: 'nightly',
    ...nightly,
    is_on: true,
    sentence: 'Every day at 02:30',
    next_at: '2026-11-29T01:30:00.000Z',
    last: null,
    problem: null,
  });
  t.equal(created.body.next.length, 5);
  t.notOk('due_since' in created.body || 'confirm' in created.body);
  const changed = await putSchedule(app, 'nightly', { is_on: false });
  t.match(changed, { status: 200, body: { is_on: false, next_at: null, zone: 'Europe/Berlin' } });
  t.match(await app.json(`${path}/nightly`), { status: 200, body: { next: { length: 5 } } });
  const { status, body } = await app.json(path);
  const names = body.items.map(({ name }: { name: string }) => name);
  t.match({ status, names, cursor: body.next_cursor }, { status: 200, cursor: null });
  t.same(
    names,
    ['audit-check', 'backup', 'costs', 'database', 'database-ops', 'drill', 'nightly', 'repair'],
    'with the suggested ones',
  );
  const removed = await fetch(`${app.origin}${path}/nightly`, { method: 'DELETE' });
  t.equal(removed.status, 204);
  t.match(await app.json(`${path}/nightly`), { status: 404 });
});

t.test('what is wrong is refused with every field', async (t) => {
  const wrong = await putSchedule(app, 'Bad', {
    ...nightly,
    cron: '0 26 * * *',
    zone: 'Mars',
    missed: 'never',
  });
  t.equal(wrong.status, 422);
  const fields = wrong.body.error.details.problems.map(({ field }: { field: string }) => field);
  t.strictSame(fields, ['name', 'cron', 'zone', 'missed']);
  t.match(await putSchedule(app, 'x', { ...nightly, colour: 1 }), { status: 422 });
  t.match(await app.json(`${path}/none/run`, {}), { status: 404 });
  t.match(await app.json(`${path}/none/ticks`), { status: 404 });
  t.equal((await fetch(`${app.origin}${path}/none`, { method: 'DELETE' })).status, 404);
  const own = await putSchedule(app, 'preview', nightly);
  t.match(own, { status: 422, body: { error: { details: { problems: [{ field: 'name' }] } } } });
});

t.test('a rule is previewed', async (t) => {
  const rule = new URLSearchParams({ cron: '0 2 * * *', zone: 'Australia/Lord_Howe' });
  const preview = await app.json(`${path}/preview?${rule}`);
  t.match(preview, { status: 200, body: { sentence: 'Every day at 02:00', next: { length: 5 } } });
  t.equal(preview.body.next[0], '2026-11-28T15:00:00.000Z');
  const bad = await app.json(`${path}/preview?cron=0+26+*+*+*&zone=UTC`);
  t.match(bad, { status: 422, body: { error: { message: /Hour is 26/ } } });
});

t.test('a run is a job of the schedule', async (t) => {
  await putSchedule(app, 'nightly', nightly);
  const { status, body } = await app.json(`${path}/nightly/run`, {});
  t.equal(status, 202);
  t.match(await app.whenJob(body.number), { schedule: 'nightly', operation: 'repair' });
  await putSchedule(app, 'replace', {
    operation: 'rollback',
    cron: '0 3 * * *',
    reason: 'every night',
    confirm: 'rollback',
  });
  const refused = await app.json(`${path}/replace/run`, {});
  t.match(refused, { status: 422, body: { error: { code: 'confirmation_required' } } });
});

t.test('due times are read in pages', async (t) => {
  for (const day of ['26', '27', '28'])
    addTick(app, 'nightly', `2026-11-${day}T01:30:00.000Z`, {
      outcome: 'missed',
      why: 'The server was off.',
    });
  const first = (await app.json(`${path}/nightly/ticks?limit=2`)).body;
  t.match(first, {
    items: [{ due_at: '2026-11-28T01:30:00.000Z', outcome: 'missed', job: null }, {}],
    next_cursor: '2026-11-27T01:30:00.000Z',
  });
  for (const cursor of ['yesterday', '7']) {
    const refused = await app.json(`${path}/nightly/ticks?cursor=${cursor}`);
    t.match(refused, { status: 422, body: { error: { message: /^cursor: must be a time such as 2026-/ } } });
    t.equal((await app.page(`/schedules/nightly/times?before=${cursor}`)).status, 422);
  }
  const second = (await app.json(`${path}/nightly/ticks?limit=2&cursor=${first.next_cursor}`)).body;
  t.match(second, { items: { length: 1 }, next_cursor: null });
  t.match(await app.json(`${path}/nightly/ticks?colour=1`), { status: 422 });
  t.match((await app.json(`${path}/nightly`)).body.last, { outcome: 'missed' });
});

t.test('a change with the ETag of an older state is refused', async (t) => {
  await putSchedule(app, 'tagged', nightly);
  const send = (ifMatch: string, fields: object) =>
    fetch(`${app.origin}${path}/tagged`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': ifMatch },
      body: JSON.stringify(fields),
    });
  const tag = (await fetch(`${app.origin}${path}/tagged`)).headers.get('etag') ?? '';
  const changed = await send(tag, { ...nightly, overlap: 'wait' });
  t.equal(changed.status, 200);
  t.equal((await send(tag, { ...nightly, overlap: 'skip' })).status, 409);
  const next = changed.headers.get('etag') ?? '';
  t.not(next, tag);
  t.equal((await send(next, { ...nightly, overlap: 'skip' })).status, 200);
  await fetch(`${app.origin}${path}/tagged`, { method: 'DELETE' });
});

t.test('the command line sets, shows, switches, runs and removes schedules', async (t) => {
  const run = (...words: string[]) => runHere(app.root, ['schedules', ...words]);
  const put = await run(
    'put',
    'weekly',
    '--operation',
    'import',
    '--args',
    '{"mode": "merge"}',
    '--cron',
    '0 3 * * 1',
    '--zone',
    'UTC',
  );
  t.match(put, { code: 0, out: /weekly .*Every Monday at 03:00/ });
  t.match(await run('off', 'weekly', '--reason', 'not this week'), { code: 0, out: /: off/ });
  t.match(await run('on', 'weekly'), { code: 0, out: /: next 2026-11-30T/ });
  t.match(await run('show', 'nightly'), {
    code: 0,
    out: /Last: due .* missed.*The next times, in UTC:\n {2}\S+Z\n/s,
  });
  t.match(await run(), { code: 0, out: /nightly.*replace.*weekly/s });
  t.match(await run('list', '--json'), { code: 0, out: /"next_cursor": null/ });
  t.match(await run('run', 'nightly', '--wait'), { code: 0, out: /repair #\d+ succeeded/ });
  t.match(await run('remove', 'weekly'), { code: 0, out: /weekly removed/ });
  const refusals: [string[], RegExp][] = [
    [['on', 'none'], /There is no schedule named "none"/],
    [['put', 'x', '--operation', 'repair', '--cron', '0 26 * * *'], /Hour is 26/],
    [['put', 'x', '--args', '{'], /not valid JSON/],
    [['wash'], /Name a verb/],
    [['show'], /Name a schedule/],
  ];
  for (const [words, err] of refusals) t.match(await run(...words), { err }, words.join(' '));
});
