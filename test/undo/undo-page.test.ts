// Undo by the pages of a server without JavaScript and by its API.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { hashLibrary } from '../support/undo.ts';
import { auditRows } from '../support/uploads.ts';

const hashOf = ({ library }: TestApp) => hashLibrary({ db: library });

/** The text of the part of a job's page that is about its undo; empty without one. */
async function undoPart(app: TestApp, number: number): Promise<string> {
  const { html } = await app.page(`/jobs/${number}`);
  return html.querySelector(part) ? textOf(html, part) : '';
}

const part = 'section[aria-labelledby="h-undo"]';

t.test('an import is undone from its page: plan, decision, and what the page says afterwards', async (t) => {
  const app = await startApp(t);
  const empty = hashOf(app);
  const imported = await app.run('import');
  const full = hashOf(app);

  const { html } = await app.page(`/jobs/${imported.number}`);
  const form = html.querySelector(`${part} form`);
  t.match(textOf(html, part), /Undo this import…/);
  const fields = (form?.querySelectorAll('input') ?? []).map((input): [string, string] => [
    input.getAttribute('name') ?? '',
    input.getAttribute('value') ?? '',
  ]);
  const notice = await app.json(`/ui/jobs/${imported.number}/notice`);
  t.match(notice.body, {
    tone: 'ok',
    undo: { action: form?.getAttribute('action'), label: 'Undo…', fields: Object.fromEntries(fields) },
  });

  const planned = await app.submit(form?.getAttribute('action') ?? '', Object.fromEntries(fields));
  t.equal(planned.headers.get('location'), '/plans/2');
  const dry = await app.whenJob(2);
  const lacking = 'The index is not put back with the library: searches lack the rows that came back';
  t.match(dry.result, { dry_run: true, removed: 84, added: 0, changed: 0 }, JSON.stringify(dry.failure));
  t.equal(await undoPart(app, 2), '', 'nothing to undo in a dry run');
  t.equal((await app.json('/ui/jobs/2/notice')).body.undo, undefined);
  const plan = await app.page('/plans/2');
  const figures = plan.html.querySelectorAll('.sum a').map((one) => textOf(one, '.l') + textOf(one, 'b'));
  t.strictSame(
    figures,
    ['Added again0', 'Changed back0', 'Removed84'],
    'no row is unchanged, wrong or left alone',
  );
  t.match(textOf(plan.html, '#plan'), lacking);
  t.equal(plan.html.querySelector('#follow-up'), null, 'nothing is written yet');
  const apply = plan.html.querySelector('form[action="/ui/plans/2/apply"]');
  const token = apply?.querySelector('input[name="plan"]')?.getAttribute('value') ?? '';

  const unconfirmed = await app.submit('/ui/plans/2/apply', { plan: token, reason: '', confirm: 'import' });
  t.equal(unconfirmed.status, 422);
  t.match(await unconfirmed.text(), 'Type undo to confirm.');
  t.match(auditRows(app, 'job.refused'), [
    { target: 'operation:undo', outcome: 'refused', detail: { message: /Write a reason.*Type undo/ } },
  ]);
  const applied = await app.submit('/ui/plans/2/apply', {
    plan: token,
    reason: 'the wrong file',
    confirm: 'undo',
  });
  t.equal(applied.headers.get('location'), '/jobs/3');
  t.match(await app.whenJob(3), { status: 'succeeded', reason: 'the wrong file', result: { removed: 84 } });
  t.equal(hashOf(app), empty);
  t.match(await undoPart(app, 1), 'Import #1 was already undone, by undo #3.');
  t.match(await undoPart(app, 3), /Undo this undo…/);
  const { html: jobPage } = await app.page('/jobs/3');
  t.match(textOf(jobPage, '[aria-labelledby=h-follow-up]'), `What follows Repair index ${lacking}`);
  t.equal(jobPage.querySelector('#follow-up')?.getAttribute('href'), '/ui/operations/repair/confirm');
  const trail = app.audit.trail('job:3').map(({ event }) => event);
  t.ok(trail.includes('job.accepted') && trail.includes('job.finished'), trail.join());

  const dialog = async (query = '') => {
    const { html } = await app.page(`/ui/operations/undo/confirm${query}`);
    const offered = html.querySelectorAll('#arg-job option').map((option) => option.text);
    return [textOf(html, 'h1'), ...offered];
  };
  const day = imported.finished_at?.slice(0, 10);
  t.strictSame(await dialog(), ['Plan the undo of #3?', `Undo #3, ${day}: #1`], 'the only one that can be');
  t.strictSame(await dialog('?job=1'), ['Plan the undo of #1?', '1', `Undo #3, ${day}: #1`]);

  const again = await app.run('undo', { job: '3' });
  t.match(again.result, { added: 84 }, JSON.stringify(again.failure));
  t.equal(hashOf(app), full);
  t.match(await undoPart(app, 1), /Undo this import…/, 'as if it had never been undone');

  app.library.exec(`UPDATE experiences SET author = 'Eve' WHERE id = (SELECT min(id) FROM experiences)`);
  const partial = await app.run('undo', { job: '1', dry_run: true });
  const { html: page } = await app.page(`/plans/${partial.number}`);
  t.match(textOf(page, '#plan > .callout'), /^2 rows are left alone.*Plan again with these rows$/);
  t.match(textOf(page, 'main'), /It was changed since\..*It has 1 entry that stays\./);
  const inputs = page.querySelectorAll('#plan > .callout input').map((input) => input.attributes);
  const more = Object.fromEntries(inputs.map(({ name = '', value = '' }) => [name, value]));
  t.match(more, { job: '1', dry_run: 'true', allow_changed: 'true' });
  const [question, ...offered] = await dialog();
  t.equal(question, `Plan the undo of #${again.number}?`);
  const [undone, replaced] = [
    `Undo #${again.number}, ${day}: #3`,
    `Import #1, ${day}: published sheet, replace`,
  ];
  t.strictSame(offered, [undone, replaced]);
  const whole = await app.run('undo', { job: '1', dry_run: true, allow_changed: true });
  t.match(whole.result, { removed: 84, left_alone: 0 });
});

t.test('what cannot be undone is refused with the reason by page and API', async (t) => {
  const app = await startApp(t);
  await app.run('import', { dry_run: true });
  const imported = await app.run('import');
  await app.run('import');
  await app.run('export');
  fs.writeFileSync(path.join(app.root, 'sheets/published/manuals.csv'), 'no header');
  await app.run('import');
  const cases: [job: string, status: number, message: RegExp | string][] = [
    ['', 422, 'Give the number of the job to undo; the list of jobs has it.'],
    ['99', 422, /^There is no job "99"\. Give the number/],
    ['1', 409, 'Import #1 was a dry run, so it has changed nothing.'],
    ['3', 409, 'Import #3 has changed nothing.'],
    ['4', 409, 'Only an import, a removal, an undo or a restore can be undone; #4 is export.'],
    ['#5', 409, 'Import #5 failed, so it has changed nothing.'],
  ];
  for (const [job, status, message] of cases) {
    const args = job === '' ? {} : { job, dry_run: true };
    const answer = await app.json('/api/v1/operations/undo', { args });
    t.equal(answer.status, status, job);
    t.match(answer.body.error.message, message);
    if (status === 409) t.match(answer.body.error, { code: 'wrong_state', details: { code: 'cannot_undo' } });
  }
  const backups = path.join(app.root, 'backups');
  fs.rmSync(path.join(backups, String(imported.result?.backup)));
  const gone =
    /^Import #2 can no longer be undone: its backup \S+ was removed\. The newest 20 backups are kept, up to 5 GiB\.$/;
  const byId = await app.json('/api/v1/operations/undo', { args: { job: imported.id, dry_run: true } });
  t.match(byId, { status: 409, body: { error: { message: gone } } });
  t.match(await undoPart(app, 2), 'can no longer be undone');
  t.equal((await app.json('/ui/jobs/2/notice')).body.undo, undefined);
  const { html } = await app.page('/ui/operations/undo/confirm');
  t.equal(textOf(html, '#arg-job'), 'No job can be undone');
  const submitted = await app.submit('/ui/operations/run/undo', { job: '2', dry_run: 'true' });
  t.equal(submitted.status, 409);
  t.match(await submitted.text(), 'can no longer be undone');
});
