// A Google spreadsheet through the whole server: planned, applied, outdated, exported to.
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { bookId, googleSettings, startGoogle } from '../support/google.ts';
import { category, cellsOf, experience, manual, sheet } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { tabs } from '../../src/sheets/tabs.ts';

const content = sheet({
  categories: [category({ code: 'TST', name: 'Tests' })],
  experiences: [experience({ id: 'EXP-T', category_code: 'TST' })],
  manuals: [manual({ id: 'MNL-T', category_code: 'TST' })],
});

async function start(t: Parameters<typeof startApp>[0]) {
  const google = await startGoogle(
    t,
    Object.fromEntries(tabs.map((tab) => [tab.name, cellsOf(content, tab)])),
  );
  const app = await startApp(t, { env: googleSettings(t, google.address) });
  const answer = await fetch(`${app.origin}/api/v1/sources/team`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'google', place: bookId }),
  });
  t.ok(answer.ok, await answer.text());
  return { google, app };
}

const merge = { source: 'team', mode: 'merge' };

async function apply(app: TestApp, plan: unknown) {
  const args = { ...merge, plan };
  const { status, body } = await app.json('/api/v1/operations/import', {
    args,
    reason: 'a test',
    confirm: 'import',
  });
  t.equal(status, 202, JSON.stringify(body));
  return app.whenJob(body.number);
}

t.test('a spreadsheet is planned, applied, found changed, and exported to', async (t) => {
  const { google, app } = await start(t);
  const dryRun = await app.run('import', { ...merge, dry_run: true });
  t.match(dryRun, { status: 'succeeded', result: { added: 3 } }, JSON.stringify(dryRun.failure));

  const calls = google.calls.length;
  const page = await app.page(`/plans/${dryRun.number}`);
  t.equal(page.status, 200);
  t.equal(google.calls.length, calls, 'the page of a plan asks nothing of Google');

  const { rows } = google.tab('Manuals');
  rows.push((rows[1] ?? []).map((cell, at) => (at === 0 ? 'MNL-U' : cell)));
  t.match(await apply(app, dryRun.result?.plan), {
    status: 'failed',
    failure: { code: 'bad_input', detail: { code: 'plan_outdated' } },
  });
  const again = await app.run('import', { ...merge, dry_run: true });
  t.match(await apply(app, again.result?.plan), { status: 'succeeded', result: { added: 4 } });

  const exported = await app.run('export', { target: 'team' });
  t.match(
    exported,
    { status: 'succeeded', args: { place: `google:${bookId}` } },
    JSON.stringify(exported.failure),
  );
  t.match(exported.result, {
    spreadsheet: { title: 'Team library', url: `https://docs.google.com/spreadsheets/d/${bookId}` },
  });
  t.strictSame(
    google.titles(true),
    tabs.map(({ name }) => `${name} (previous export)`),
  );
  const job = await app.page(`/jobs/${exported.number}`);
  const link = job.html.querySelector(`main a[href="https://docs.google.com/spreadsheets/d/${bookId}"]`);
  t.equal(link?.text, 'Team library');
  t.match(textOf(job.html, 'main'), /written to the Google spreadsheet “Team library”/);
  const check = await app.run('import', { ...merge, dry_run: true });
  t.match(check.result, { added: 0, changed: 0, invalid: 0 }, 'what was exported is the library');

  const team = async () => (await app.json('/api/v1/sources/team')).body;
  t.match(await team(), { last_export: { number: exported.number, rows: 4 }, drift: { state: 'unclear' } });
  await app.submit('/ui/sources/team/check', {});
  t.match(await team(), { drift: { state: 'unchanged' } });
  const { html } = await app.page('/sources/team');
  t.match(textOf(html, 'table.jobs'), /Export library/);
  t.equal(html.querySelector(`dl a[href="https://docs.google.com/spreadsheets/d/${bookId}"]`)?.text, bookId);
});

t.test('a wait is shown as the phase of the job, which can be cancelled meanwhile', async (t) => {
  const { google, app } = await start(t);
  google.state.before = () => ({ status: 429, headers: { 'retry-after': '60' } });
  const { body } = await app.json('/api/v1/operations/import', { args: { ...merge, dry_run: true } });
  const waiting = await new Promise((resolve) => {
    app.parts.bus.on('job', () => {
      const { progress } = app.parts.repository.find(String(body.number)) ?? {};
      if (progress?.phase === 'wait') resolve(progress);
    });
  });
  t.match(waiting, { note: 'Google asks to wait 60 s' });
  t.match(textOf((await app.page(`/jobs/${body.number}`)).html, 'main'), /Waiting for Google/);
  await app.submit(`/ui/jobs/${body.number}/cancel`, {});
  t.equal((await app.whenJob(body.number)).status, 'cancelled');
});
