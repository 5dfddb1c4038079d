// Restore by the pages of a server without JavaScript and by its API.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Backup } from '../../src/backup-store/backup.ts';
import { backupStore } from '../../src/backup-store/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { writeSet } from '../support/backup-set.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { textOf } from '../support/screen.ts';
import { hashLibrary } from '../support/undo.ts';
import { auditRows } from '../support/uploads.ts';

const id = '20261128T020000Z-1117';
const hashOf = ({ library }: TestApp) => hashLibrary({ db: library });
const confirm = '/ui/operations/restore/confirm';

/** Imports, and makes a set that the server knows. */
async function startWithSet(t: Parameters<typeof startApp>[0]) {
  const app = await startApp(t);
  await app.run('import');
  await writeSet(app.parts.config, id, app.library);
  const none = { proof_job: null, proof_at: null, proof_text: null, proof_steps: [] };
  const state = { note: null, is_kept: false, gone_at: null, sha256: null, job: null, ...none };
  const backup = { id, at: '2026-11-28T02:00:00Z', kind: 'full', bytes: 208_896, proof: 'proven' } as const;
  app.use(backupStore).backupRepository.add({ ...backup, ...state });
  return app;
}

t.test('a wrong import is taken back from a backup by pages, and that is undone', async (t) => {
  const app = await startWithSet(t);
  const before = hashOf(app);
  const sheets = path.join(app.root, 'sheets/published');
  const manuals = fs.readFileSync(path.join(sheets, 'manuals.csv'), 'utf8').split('\n');
  fs.writeFileSync(path.join(sheets, 'manuals.csv'), `${manuals[0]}\n`);
  await app.run('import', { allow_removals: true });
  app.library.exec(
    `UPDATE experiences SET title = 'Mine', sync_status = 2 WHERE id = (SELECT min(id) FROM experiences)`,
  );
  const after = hashOf(app);

  const { html: dialog } = await app.page(confirm);
  t.equal(textOf(dialog, 'h1'), 'Plan the restore of the backup of 28 Nov 2026, 02:00?');
  const offered = dialog.querySelectorAll('#arg-backup option').map(({ text }) => text);
  t.match(offered, [
    'Backup of 28 Nov 2026, 02:00: proven, 204.0 KiB',
    /^Copy of \d+ \w+ \d{4}, \d\d:\d\d: made before a job/,
    /^Copy/,
  ]);

  const planned = await app.submit('/ui/operations/run/restore', { backup: id, dry_run: 'true' });
  t.equal(planned.headers.get('location'), '/plans/3');
  t.match(await app.whenJob(3), {
    result: { dry_run: true, added: 12, changed: 0, removed: 0, left_alone: 1 },
  });
  const { html: plan } = await app.page('/plans/3');
  t.match(textOf(plan, 'h1'), /^Restore plan/);
  const figures = plan.querySelectorAll('.sum a').map((one) => textOf(one, '.l') + textOf(one, 'b'));
  t.match(figures.join(), /^Added again12,Changed back0,Unchanged\d+,Removed0,Left alone1$/);
  t.match(textOf(plan, '.sum'), 'Added again 12 not in the library any more');
  t.equal(textOf(plan, '#added'), 'Added again');
  t.match(textOf(plan, '.actionbar'), /^12 added again\. Nothing is written yet\./);
  t.match(textOf(plan, '[aria-labelledby=apply] button'), 'Apply: put back 12 entries');
  t.match(
    textOf(plan, '#plan > .callout'),
    /^1 row is left alone\. The list says why\. Plan again to put back entries marked local only, too\. What was written to these entries/,
  );
  const lacking = 'The index is not restored with the library: searches lack the restored entries';
  t.match(textOf(plan, '#plan'), lacking);
  t.equal(plan.querySelector('#follow-up'), null, 'nothing is written yet');
  t.match(
    textOf((await app.page('/jobs/3')).html, '[aria-labelledby=h-backup]'),
    /^Backup Compared with the library, not restored Proven Backup of 28 Nov, 02:00/,
  );
  t.match(textOf(plan, 'main'), 'It is marked local only and was changed since, so it stays.');
  const token = plan.querySelector('form[action="/ui/plans/3/apply"] input[name="plan"]');
  const apply = { plan: token?.getAttribute('value') ?? '' };
  const unconfirmed = await app.submit('/ui/plans/3/apply', { ...apply, reason: '', confirm: 'undo' });
  t.equal(unconfirmed.status, 422);
  t.match(await unconfirmed.text(), 'Type restore to confirm.');
  t.match(auditRows(app, 'job.refused'), [{ target: 'operation:restore', outcome: 'refused' }]);

  const applied = await app.submit('/ui/plans/3/apply', {
    ...apply,
    reason: 'a wrong sheet',
    confirm: 'restore',
  });
  t.equal(applied.headers.get('location'), '/jobs/4');
  t.match(await app.whenJob(4), { status: 'succeeded', result: { added: 12, left_alone: 1 } });
  const { html: job } = await app.page('/jobs/4');
  t.match(textOf(job, 'section[aria-labelledby="h-undo"]'), 'Undo this restore…');
  t.match(textOf(job, '[aria-labelledby=h-backup]'), /^Backup Restored Proven Backup of 28 Nov, 02:00/);
  t.match(textOf(job, '[aria-labelledby=h-follow-up]'), `What follows Repair index ${lacking}`);
  for (const page of ['/jobs/4', '/plans/3'])
    t.equal(
      (await app.page(page)).html.querySelector('#follow-up')?.getAttribute('href'),
      '/ui/operations/repair/confirm',
      page,
    );
  t.match(await app.json('/ui/jobs/4/notice'), { body: { undo: { label: 'Undo…', fields: { job: '4' } } } });

  t.match(await app.run('undo', { job: '4' }), { result: { removed: 12 } });
  t.equal(hashOf(app), after);
  const { repository: jobs } = app.parts;
  endJob(jobs, insertJob(jobs, { operation: 'repair' }), 'succeeded');
  for (const page of ['/jobs/4', '/plans/3']) {
    const { html } = await app.page(page);
    t.match(textOf(html, 'main'), 'Repair index #6 has run since.', page);
    t.equal(html.querySelector('#follow-up'), null, page);
  }
  t.match(await app.run('restore', { backup: id, allow_changed: true }), {
    number: 7,
    result: { left_alone: 0 },
  });
  t.equal(hashOf(app), before);
  t.ok((await app.page('/jobs/7')).html.querySelector('#follow-up'), 'that repair was before');
  await app.run('restore', { backup: id });
  await app.run('restore', { backup: id, dry_run: true });
  for (const page of ['/jobs/8', '/plans/9'])
    t.notMatch(
      textOf((await app.page(page)).html, 'main'),
      /The index is not restored/,
      'nothing was changed',
    );

  const other = '20261127T020000Z-1116';
  const repository = app.use(backupStore).backupRepository;
  const row = repository.find(id);
  if (row) repository.add({ ...row, id: other, at: '2026-11-27T02:00:00Z' });
  const files = path.join(app.root, 'backups');
  fs.cpSync(path.join(files, id), path.join(files, other), { recursive: true });
  fs.truncateSync(path.join(files, id, 'library.db'), 5000);
  const { number } = await app.run('restore', { backup: id, dry_run: true });
  repository.prove(id, { ...(row as Backup), proof: 'failed', proof_text: 'library.db has 5,000 bytes.' });
  const { html: warned } = await app.page(`${confirm}?backup=${id}`);
  t.match(
    textOf(warned, '#dialog-consequences li'),
    /^Its test failed: library\.db has 5,000 bytes\. The backup of 27 Nov 2026, 02:00 is proven\.$/,
  );
  t.notMatch(textOf((await app.page(`${confirm}?backup=${other}`)).html, 'main'), 'Its test failed');
  const failed = (await app.page(`/jobs/${number}`)).html;
  t.match(textOf(failed, '[aria-labelledby=h-backup]'), /^Backup Not restored/);
  const fault = textOf(failed, `#fault-${number}`);
  t.match(fault, /What happened Not restored: The backup \S+ cannot be restored: .*library\.db/);
  t.match(fault, `What to do Restore ${other} instead, the backup of 27 Nov 2026, 02:00, which is proven.`);
  t.notMatch(fault, /input/i);
});

t.test('a copy that was cut off is neither planned nor applied, and fails its proof', async (t) => {
  const app = await startWithSet(t);
  const before = hashOf(app);
  const copy = fs.readdirSync(app.config.backupPath).find((name) => name.endsWith('.db')) ?? '';
  await app.parts.inventory.runOnce();
  const planned = await app.run('restore', { backup: copy, dry_run: true });
  const file = path.join(app.config.backupPath, copy);
  const { size } = fs.statSync(file);
  fs.truncateSync(file);
  const args = { backup: copy, plan: planned.result?.plan };
  const applied = await app.json('/api/v1/operations/restore', {
    args,
    reason: 'a test',
    confirm: 'restore',
  });
  t.match([applied.status, applied.body.error.code], [409, 'plan_outdated']);
  t.match(applied.body.error.message, /^The library or the backup has changed since the plan was made/);
  const said = `${copy} has 0 bytes instead of ${size.toLocaleString('en')}`;
  const { failure } = await app.run('restore', { backup: copy, dry_run: true });
  t.match(failure?.message, `${said}. Nothing was changed. Restore ${id} instead, the backup of`);
  t.match((await app.run('drill', { backup: copy })).failure?.message, said);
  await app.parts.inventory.runOnce();
  t.match(app.use(backupStore).backupRepository.find(copy), { proof: 'failed', proof_text: `${said}.` });
  t.equal(hashOf(app), before);

  const download = async () => (await fetch(`${app.origin}/api/v1/backups/${copy}/download`)).text();
  for (const [replace, what] of [
    [() => fs.mkdirSync(file), 'not a file'],
    [() => fs.symlinkSync(app.config.databasePath, file), 'a link'],
    [() => spawnSync('mkfifo', [file]), 'not a file'],
  ] as const) {
    fs.rmSync(file, { recursive: true });
    replace();
    t.match(await download(), `is not complete: ${copy} is ${what}.`);
    t.match((await app.run('drill', { backup: copy })).failure?.message, `${copy} is ${what}.`);
  }
});

t.test('a backup that is not there is refused by page and API', async (t) => {
  const app = await startWithSet(t);
  const there = 'the page Backups lists them.';
  const cases: [backup: string, message: RegExp][] = [
    ['', /^Give the name of a backup; the page Backups lists them\.$/],
    ['../chl.db', /^There is no backup "\.\.\/chl\.db"\. Give/],
    ['20261129T020000Z-1', /^There is no backup "20261129T020000Z-1" any more\. Give/],
  ];
  for (const [backup, message] of cases) {
    const answer = await app.json('/api/v1/operations/restore', { args: { backup, dry_run: true } });
    t.equal(answer.status, 422, backup);
    t.match(answer.body.error, { code: 'invalid_arguments', message });
  }
  const submitted = await app.submit('/ui/operations/run/restore', { backup: 'none', dry_run: 'true' });
  t.equal(submitted.status, 422);
  t.match(await submitted.text(), there);
  fs.rmSync(path.join(app.root, 'backups', id), { recursive: true });
  app.use(backupStore).backupRepository.markGone(id, '2026-11-29T00:00:00Z');
  const { html } = await app.page(confirm);
  t.match(textOf(html, '#arg-backup'), /^Copy of/, 'only the copy before the import is left');
});
