// The main workflow of a new user without JavaScript, end to end: import, rebuild, search, export.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from './support/app.ts';
import { card, textOf } from './support/screen.ts';

t.test('a new user imports the starter library, builds the index, finds an entry, and exports', async (t) => {
  const app = await startApp(t);
  const confirmed = { reason: 'first import', confirm: 'import' };

  await app.submit('/ui/operations/run/import', { mode: 'replace', ...confirmed });
  const imported = await app.whenJob(1);
  t.match(
    imported.result,
    { added: 84, categories: 12, experiences: 60, manuals: 12, can_undo: true },
    JSON.stringify(imported.failure),
  );
  const afterImport = (await app.page('/operations')).html;
  t.match(textOf(afterImport, card.figures), /Queue pending 72/);
  t.match(
    textOf(afterImport, card.queue),
    /72 waiting .*Experiences .*Waiting 60 Failed 0 .*Manuals .*Waiting 12 Failed 0/,
  );
  t.notMatch(textOf(afterImport, card.banners), /The library is empty/);

  await app.submit('/ui/operations/run/index', {});
  const indexed = await app.whenJob(2);
  t.match(
    indexed.result,
    { entries: 72, embedded: 72, reused: 0, failed: 0, vectors: 72 },
    JSON.stringify(indexed.failure),
  );
  await app.parts.liveIndex.refresh();
  const afterIndex = (await app.page('/operations')).html;
  t.match(
    textOf(afterIndex, card.index),
    /Ready.*72 vectors.*72 entries: 72 fresh, 0 stale, 0 missing, 0 failed/,
  );
  t.match(
    textOf(afterIndex, card.figures),
    /Queue pending 0.*Index vectors 72 vectors in the index 100%.*Covers the whole library/,
  );

  const search = (await app.page('/library?q=commit+message')).html;
  t.match(textOf(search, '.hits'), /commit/i);
  const { body } = await app.json('/api/v1/search?q=commit+message&kind=experience&limit=3');
  t.equal(body.hits.length, 3);
  t.ok(body.hits.every((hit: { kind: string }) => hit.kind === 'experience'));

  await app.submit('/ui/operations/run/export', {});
  const exported = await app.whenJob(3);
  t.match(
    exported.result,
    { categories: 12, experiences: 60, manuals: 12, left_out: 0 },
    JSON.stringify(exported.failure),
  );
  t.ok(fs.existsSync(path.join(app.root, 'sheets/review/experiences.csv')));

  const dry = await app.run('import', { source: 'review', dry_run: true });
  t.match(
    dry.result,
    { added: 0, changed: 0, unchanged: 84, removed: 0, invalid: 0 },
    JSON.stringify(dry.failure),
  );
  const again = await app.run('index');
  t.match(again.result, { embedded: 0, reused: 72, vectors: 72 });
});

t.test('an invalid sheet changes nothing, and every problem is shown with tab and row', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const published = path.join(app.root, 'sheets/published/experiences.csv');
  const sheet = fs.readFileSync(published, 'utf8');
  fs.writeFileSync(published, sheet.replace(/,useful,/, ',usefull,').replace(/,harmful,/, ',harmfull,'));
  const job = await app.run('import');
  t.equal(job.status, 'failed');
  t.match(job.failure, { code: 'bad_input', detail: { code: 'invalid_rows', total: 2 } });
  const { html } = await app.page(`/jobs/${job.number}`);
  t.match(textOf(html, `#job-${job.number}-card`), /2 problems/);
  t.match(textOf(html, '#rows .rows'), /Experiences!\d+ invalid .*usefull/);
  const { body } = await app.json(`/api/v1/operations/jobs/${job.number}/rows?outcome=invalid`);
  t.equal(body.items.length, 2);
  t.equal(app.parts.counts.totals().entries, 72);
});

t.test('a locked operation is refused with its holder, and can be queued behind it', async (t) => {
  const app = await startApp(t);
  await app.parts.runner.stop(0);
  const first = await app.submit('/ui/operations/run/index', {});
  t.equal(first.status, 303);
  const refused = await app.json('/api/v1/operations/import', { args: { mode: 'merge' } });
  t.match(refused, {
    status: 409,
    body: { error: { code: 'operation_locked', details: { holder: { number: 1, operation: 'index' } } } },
  });
  const { html } = await app.page('/operations');
  t.match(textOf(html, '#op-import'), /Blocked by index #1.*Queue import…/);
  const queued = await app.json('/api/v1/operations/import', {
    args: { mode: 'merge' },
    when_locked: 'wait',
  });
  t.equal(queued.status, 202);
  const waiting = await app.json('/api/v1/operations/jobs/2');
  t.match(waiting.body, { status: 'queued', waits_for: { number: 1 } });
  const cancelled = await app.json('/api/v1/operations/jobs/2/cancel', {});
  t.match(cancelled, { status: 202, body: { status: 'cancelled' } });
});
