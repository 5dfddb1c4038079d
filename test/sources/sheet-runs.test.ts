// The last runs of a named sheet: kept with the end of their job, longer than the history, and filled from it once.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { operator } from '../support/engine.ts';
import { experience, filesOf, sheet } from '../support/library.ts';
import { makeFolder } from '../support/folder.ts';

const bodyOf = async (app: TestApp, name: string) => (await app.json(`/api/v1/sources/${name}`)).body;

function removeJobs({ ops }: TestApp) {
  ops.exec('DELETE FROM job_row; DELETE FROM job_sample; DELETE FROM job_process; DELETE FROM job');
}

t.test('the last import and export outlive their jobs and a restart', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  const imported = await first.run('import');
  const exported = await first.run('export');
  removeJobs(first);
  const expected = {
    published: {
      last_import: { number: imported.number, at: imported.finished_at, rows: 84 },
      last_export: null,
      drift: { state: 'unchanged' },
    },
    review: {
      last_import: null,
      last_export: { number: exported.number, at: exported.finished_at, rows: 84 },
      drift: { state: 'unchanged' },
    },
  };
  for (const [name, body] of Object.entries(expected)) t.match(await bodyOf(first, name), body, name);
  await first.close();
  const second = await startApp(t, { root });
  for (const [name, body] of Object.entries(expected)) t.match(await bodyOf(second, name), body, name);
  fs.appendFileSync(path.join(root, 'sheets/review/manuals.csv'), '\r\n');
  t.match(
    await bodyOf(second, 'review'),
    { drift: { state: 'changed' } },
    'there is still something to compare with',
  );
});

t.test('a database of a former version takes the runs over from its jobs, once', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root });
  const imported = await first.run('import');
  await first.run('export');
  const plan = await first.run('import', { dry_run: true });
  first.ops.exec('DELETE FROM source_state');
  t.match(await bodyOf(first, 'published'), { last_import: null });
  await first.close();
  const second = await startApp(t, { root });
  const { sheetRuns, sources } = second.parts;
  const published = sources.find('published') as NonNullable<ReturnType<typeof sources.find>>;
  t.match(sheetRuns.lastImport(published), { number: imported.number, result: { added: 84 } });
  t.match(sheetRuns.lastJob(published), { number: plan.number, isPlan: true, status: 'succeeded' });
  t.match(await bodyOf(second, 'review'), { last_export: { rows: 84 } });
  const rows = () => second.ops.prepare('SELECT * FROM source_state ORDER BY name').all();
  const before = rows();
  for (const source of sources.all()) sheetRuns.fill(source);
  t.same(rows(), before);
});

t.test('the last job counts, also a plan, until the next one', async (t) => {
  const app = await startApp(t);
  const { sheetRuns, sources } = app.parts;
  const last = () => sheetRuns.lastJob(sources.find('published') as never);
  fs.writeFileSync(path.join(app.root, 'sheets/published/manuals.csv'), 'a,b\r\n');
  const failed = await app.run('import', { dry_run: true });
  t.match(last(), {
    number: failed.number,
    status: 'failed',
    isPlan: true,
    isRefusal: true,
    message: /Manuals/,
  });
  write(app, 'published', [experience({ title: '' })]);
  const wrong = await app.run('import', { allow_removals: true });
  t.match(last(), { number: wrong.number, status: 'failed', isPlan: false, isRefusal: false });
  write(app, 'published');
  const good = await app.run('import', { allow_removals: true });
  t.match(last(), { number: good.number, status: 'succeeded', message: null });
});

t.test('runs at another place do not count, and those at a new place do', async (t) => {
  const app = await startApp(t);
  const put = (place: string, tabs?: object) =>
    app.parts.sourceChanges.put('draft', { kind: 'folder', place, ...(tabs ? { tabs } : {}) }, operator);
  write(app, 'one');
  write(app, 'two');
  await put('sheets/one');
  const first = await app.run('import', { source: 'draft' });
  t.match(await bodyOf(app, 'draft'), { last_import: { number: first.number } });
  await put('sheets/one', { category: 'groups' });
  t.match(
    await bodyOf(app, 'draft'),
    { last_import: { number: first.number }, check: null },
    'the same place',
  );
  const failed = await app.run('import', { source: 'draft' });
  t.equal(failed.status, 'failed');
  await put('sheets/two');
  t.match(await bodyOf(app, 'draft'), { last_import: null, last_export: null });
  const { sheetRuns, sources } = app.parts;
  t.equal(sheetRuns.lastJob(sources.find('draft') as never), null, 'the failure was at the former place');
  await put('sheets/one');
  t.match(await bodyOf(app, 'draft'), { last_import: { number: first.number } }, 'back at its place');
  await app.parts.sourceChanges.remove('draft', operator);
  t.same(app.ops.prepare(`SELECT * FROM source_state WHERE name = 'draft'`).all(), []);
});

function write({ root }: TestApp, name: string, experiences = [experience()]) {
  const folder = path.join(root, 'sheets', name);
  fs.mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(filesOf(sheet({ experiences }))))
    fs.writeFileSync(path.join(folder, file), text);
}
