// The check of sheets finds a wrong header by itself, says so everywhere, and clears it when the header is right again.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createBus } from '../../src/core/bus.ts';
import { createFindFiles } from '../../src/sources/find-files.ts';
import { createHeaderReads } from '../../src/sources/header-reads.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { operator } from '../support/engine.ts';
import { bookId, googleSettings, startGoogle } from '../support/google.ts';
import { cellsOf, makeRoot, sheet, workbookOf, writeSheet } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { until } from '../support/until.ts';

const broken = /The header “title” is missing\./;

t.test('a folder of CSV files', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const file = path.join(app.root, 'sheets/published/experiences.csv');
  const right = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, right.replace(/\btitle\b/, 'titel'));
  await expectFound(t, app, 'published', broken);
  const { html } = await app.page('/sources');
  t.match(textOf(html, '#sources-card'), broken, 'the page of sheets says the same');
  t.match((await app.page('/settings')).text, /published: .*is missing/);
  t.match((await app.json('/api/v1/sources/published')).body, { problem: { text: broken, seen: null } });
  fs.writeFileSync(file, right);
  await expectClear(t, app);
  t.notMatch(textOf((await app.page('/sources')).html, '#sources-card'), broken);
  fs.writeFileSync(file, `${right.replace(/\btitle\b/, 'titel')}${right.split('\n')[1]}\n`.repeat(2000));
  await expectFound(t, app, 'published', broken);
  t.equal((await app.json('/api/v1/sources/published/check', {})).body.check.status, 'error');
  fs.writeFileSync(file, right);
  await expectClear(t, app, 'a check by hand says nothing about a file that was saved after it');
});

t.test('a workbook by its path', async (t) => {
  const app = await startApp(t);
  const file = path.join(app.root, 'sheets/library.xlsx');
  const { title, ...untitled } = sheet().experiences[0] ?? {};
  const wrong = sheet({ experiences: [{ ...untitled, titel: title ?? '' }] });
  const book = await workbookOf(sheet());
  fs.writeFileSync(file, book);
  await app.parts.sourceChanges.put('book', { kind: 'xlsx', place: file }, operator);
  await expectClear(t, app);
  fs.writeFileSync(file, await workbookOf(wrong, { category: 'A', experience: 'B', manual: 'C' }));
  await expectFound(
    t,
    app,
    'book',
    /Experiences and Manuals are missing.*If the tabs have other names, enter these: Edit…, Names of its tabs\./,
  );
  fs.writeFileSync(`${file}.new`, book);
  fs.renameSync(`${file}.new`, file);
  await expectClear(t, app);
  fs.writeFileSync(file, 'PK\x03\x04 no workbook');
  await expectFound(t, app, 'book', /The ZIP is cut off/);
  fs.writeFileSync(file, book);
  await expectClear(t, app);
});

t.test('a Google spreadsheet, of which the last job or check is known', async (t) => {
  const right = Object.fromEntries(tabs.map((tab) => [tab.name, cellsOf(sheet(), tab)]));
  const experiences = right.Experiences ?? [];
  const google = await startGoogle(t, right);
  const app = await startApp(t, { env: googleSettings(t, google.address) });
  await app.parts.sourceChanges.put('drive', { kind: 'google', place: bookId }, operator);
  await expectClear(t, app);
  t.same(google.calls, [], 'nobody has asked for it');
  const [header = []] = experiences;
  const at = header.indexOf('title');
  header[at] = 'titel';
  const refused = await app.run('import', { source: 'drive', dry_run: true });
  t.equal(refused.status, 'failed');
  const calls = google.calls.length;
  const when = refused.finished_at?.slice(0, 16).replace('T', ' ');
  await expectFound(
    t,
    app,
    'drive',
    new RegExp(`${broken.source}.* So found import #${refused.number}, ${when} UTC\\.`),
  );
  t.equal(google.calls.length, calls, 'the checks do not call Google');
  header[at] = 'title';
  await app.json('/api/v1/sources/drive/check', {});
  await expectClear(t, app);
  header[at] = 'titel';
  await app.json('/api/v1/sources/drive/check', {});
  const { html } = await app.page('/sources/drive');
  t.match(
    textOf(html, '[aria-labelledby="h-state"]'),
    /Error It cannot be read: the last check says why\. Last import none/,
  );
  t.match(textOf(html, '[aria-labelledby="h-check"]'), broken);
  t.same(
    html.querySelectorAll('.step h3').map((step) => step.textContent),
    ['Tabs and headers read', 'Compared'],
    'nothing counts as opened before Google has answered',
  );
  await expectFound(t, app, 'drive', /So found the last check, \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
  header[at] = 'title';
  t.equal((await app.run('import', { source: 'drive' })).status, 'succeeded');
  await expectClear(t, app);
});

t.test('a sheet that nobody has made yet', async (t) => {
  const app = await startApp(t);
  const check = async () => (await app.json('/api/v1/sources/review/check', {})).body.check;
  t.match(await check(), {
    status: 'warning',
    text: 'It is not there yet. An export writes it.',
    rows: null,
  });
  await expectClear(t, app, 'a check makes no fault of it');
  const { html } = await app.page('/sources/review');
  t.match(textOf(html, '#h-state ~ .state'), /Never/);
  t.match(textOf(html, '.steps'), /It is not there yet\. An export writes it\./);
  const folder = path.join(app.root, 'sheets/review');
  fs.mkdirSync(folder);
  t.match(await check(), { status: 'warning' }, 'an empty folder is no sheet either');
  fs.writeFileSync(path.join(folder, 'notes.csv'), 'a,b');
  t.match(await check(), { status: 'error', text: /notes\.csv/ }, 'an export cannot write there');
  fs.rmSync(folder, { recursive: true });
  t.equal((await app.run('import')).status, 'succeeded');
  t.equal((await app.run('export')).status, 'succeeded');
  t.match(await check(), { status: 'ok', rows: 84 });
  fs.rmSync(path.join(app.root, 'sheets/published'), { recursive: true });
  const gone = await app.json('/api/v1/sources/published/check', {});
  t.match(gone.body.check, { status: 'error', text: /does not exist/ }, 'one that was imported is missing');
});

t.test('headers are read once, and a read that hangs holds up nobody', async (t) => {
  const root = makeRoot(t);
  const { config } = root;
  const folder = writeSheet(root, sheet());
  const source = { name: 'published', kind: 'folder', place: 'sheets/published', tabs: null } as const;
  const runs: (() => void)[] = [];
  const bus = createBus();
  let emitted = 0;
  bus.on('sources', () => (emitted += 1));
  const createTask = () => ({
    start() {},
    run: () =>
      new Promise<Record<string, unknown>>((resolve) =>
        runs.push(() => resolve({ problem: 'It is wrong.' })),
      ),
    end: async () => {},
  });
  const reads = createHeaderReads({ bus, config, createTask: createTask as never, waitMaxMs: 20 });
  const findFiles = createFindFiles(config);
  const look = async (isOurs = false) =>
    reads.look(source, (await findFiles(source, 1000)) ?? [], () => isOurs);
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  await look();
  await look();
  t.equal(runs.length, 1, 'the second look shares the read that hangs');
  t.equal(reads.known(source), null);
  runs[0]?.();
  await until(() => emitted === 1);
  t.match(reads.known(source), { problem: 'It is wrong.' });
  await look();
  t.equal(runs.length, 1, 'unchanged files are not read again');
  const file = path.join(folder, 'manuals.csv');
  const { atime, mtime } = fs.statSync(file);
  const bytes = fs.readFileSync(file);
  fs.writeFileSync(`${file}.new`, bytes);
  fs.utimesSync(`${file}.new`, atime, mtime);
  fs.renameSync(`${file}.new`, file);
  await look();
  t.equal(runs.length, 2, 'another file of the same size and time');
  t.equal(reads.known({ ...source, place: 'sheets/other' }), null, 'another place');
  fs.writeFileSync(file, bytes);
  await look(true);
  t.equal(runs.length, 2, 'files of our own are not read');
  t.match(reads.known(source), { problem: null });
  runs[1]?.();
  await reads.stop();
  t.match(reads.known(source), { problem: null }, 'the end of a read of older files changes nothing');
});

async function expectFound(t: Test, app: TestApp, name: string, sentence: RegExp) {
  await app.parts.checker.runOnce('sources');
  const { page, banner, health, findings, doctor, code } = await readPlaces(app);
  for (const [place, text] of Object.entries({ page, banner, findings, doctor }))
    t.match(text, `The sheet ${name} cannot be read`, place);
  for (const [place, text] of Object.entries({ findings, doctor })) t.match(text, sentence, place);
  for (const [place, text] of Object.entries({ page, banner }))
    t.match(text, withLocalTimes(sentence), `${place} in local time`);
  t.match(health, {
    status: 'degraded',
    components: { [`source:${name}`]: { status: 'degraded', detail: sentence } },
  });
  t.equal(code, 1);
}

/** A page shows the moment of a text in local time. */
function withLocalTimes({ source }: RegExp): RegExp {
  return new RegExp(source.replace(/\S+ \S+ UTC/, '\\d+ \\w+ \\d{4}, \\d\\d:\\d\\d ?'));
}

async function expectClear(t: Test, app: TestApp, message = 'clear') {
  await lookTwice(app);
  const { page, banner, health, findings, doctor } = await readPlaces(app);
  for (const text of [page, banner, findings, doctor]) t.notMatch(text, /The sheet \w+ cannot be/, message);
  const names = Object.keys(health.components).filter((component) => component.startsWith('source:'));
  t.same(names, [], message);
}
