// The rules of named sheets: their names, places and tabs, when they are in use, and when their content has changed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createRedactor } from '../../src/core/redaction.ts';
import { createAudit, systemRequester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { AppError } from '../../src/core/errors.ts';
import { firstSources, type SheetSource } from '../../src/core/sheet-source.ts';
import type { Schedule } from '../../src/schedule-store/schedule.ts';
import type { Job } from '../../src/jobs/job.ts';
import { listSheetFiles } from '../../src/sheets/file-facts.ts';
import { hashSheet } from '../../src/sheets/read-sheet.ts';
import { checkSource } from '../../src/sources/check-source.ts';
import { createCaches } from '../../src/core/cache.ts';
import { createFindDrift } from '../../src/sources/drift.ts';
import { createFindFiles } from '../../src/sources/find-files.ts';
import { type GivenSource, readSource } from '../../src/sources/read-source.ts';
import { createSheetRuns, type SheetRun } from '../../src/sources/repository.ts';
import { createSourceChanges } from '../../src/sources/source-changes.ts';
import { createSourceStates, type SourceState } from '../../src/sources/source-state-repository.ts';
import { createSourceRepository } from '../../src/source-store/source-repository.ts';
import { createWantedBy } from '../../src/sources/wanted-by.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { makeRoot, openRoot, sheet, workbookOf, writeSheet } from '../support/library.ts';
import { makeFolder } from '../support/folder.ts';

type Refused = { problems: { message: string }[] };

const id = '1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T';

t.test('a place is kept in one spelling, and everything wrong is reported at once', async (t) => {
  const folders = { draft: {}, 'packed.xlsx': 'PK\x03\x04 of a ZIP' };
  const all = makeFolder(t, { data: { sheets: folders, uploads: { one: {} } }, shared: { team: {} } });
  const shared = path.join(all, 'shared');
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: path.join(all, 'data'), CHL_IMPORT_ROOTS: shared });
  fs.symlinkSync('draft', path.join(config.root, 'sheets/linked'));
  fs.writeFileSync(path.join(config.root, 'sheets/real.xlsx'), await workbookOf(sheet()));
  const read = (given: GivenSource, name = 'one') => {
    try {
      return readSource(config, name, given, firstSources);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return (error.details as Refused).problems.map(({ message }) => message).join(' ');
    }
  };
  const places: [string, string, string][] = [
    ['folder', './sheets//draft/', 'sheets/draft'],
    ['folder', 'sheets/linked', 'sheets/draft'],
    ['folder', path.join(config.root, 'sheets/new'), 'sheets/new'],
    ['folder', path.join(shared, 'team'), fs.realpathSync(path.join(shared, 'team'))],
    ['xlsx', 'sheets/real.xlsx', 'sheets/real.xlsx'],
    ['xlsx', 'sheets/new.xlsx', 'sheets/new.xlsx'],
    ['google', id, id],
    ['google', ` https://docs.google.com/spreadsheets/d/${id}/edit?gid=0#gid=0 `, id],
    ['google', `https://docs.google.com/spreadsheets/u/1/d/${id}`, id],
  ];
  for (const [kind, place, kept] of places)
    t.match(read({ kind, place }), { place: kept }, `${kind} ${place}`);
  const wrong: [GivenSource, RegExp][] = [
    [{}, /Kind: choose one of folder, xlsx, google/],
    [{ kind: 'folder' }, /Place: The path is empty/],
    [{ kind: 'folder', place: '/etc' }, /“\/etc” is not allowed/],
    [{ kind: 'folder', place: 'https://docs.google.com/spreadsheets/d/1/edit' }, /choose that kind/],
    [{ kind: 'folder', place: 'sheets/review/' }, /review has this place already/],
    [{ kind: 'folder', place: 'sheets/new.xlsx' }, /is a file, not a folder/],
    [{ kind: 'folder', place: 'sheets/real.xlsx' }, /is a file, not a folder/],
    [{ kind: 'xlsx', place: 'sheets/draft' }, /is a folder, not a workbook/],
    [{ kind: 'xlsx', place: 'sheets/new' }, /must end in \.xlsx/],
    [{ kind: 'folder', place: 'uploads/one' }, /uploads\/one is removed an hour after its last use/],
    [{ kind: 'xlsx', place: 'sheets/packed.xlsx' }, /is a ZIP file, not a workbook/],
    [{ kind: 'google', place: 'https://docs.google.com/spreadsheets/d/e/2PACX-1/pub' }, /a published copy/],
    [{ kind: 'google', place: 'sheets/review' }, /Enter the address of the spreadsheet/],
    [{ kind: 'xls', place: 'x', tabs: { manual: '…' } }, /Kind: .*Manuals: needs a letter/],
  ];
  for (const [given, message] of wrong) t.match(read(given), message);
  for (const name of ['', 'A', '-a', 'a b', 'a'.repeat(41)])
    t.match(read({ kind: 'google', place: id }, name), /^Name: 1 to 40/, name);
  t.match(read({ kind: 'google', place: id }, 'Team Library'), /For example team-library\.$/);
});

t.test('a sheet that an unfinished job uses is neither changed nor removed', async (t) => {
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t, { sheets: {} }) });
  const ops = prepareOps(config.opsDatabasePath);
  t.teardown(() => ops.close());
  const now = () => new Date();
  const sources = createSourceRepository(ops);
  let job: number | null = null;
  let schedules: string[] = [];
  const changes = createSourceChanges({
    config,
    now,
    sources,
    audit: createAudit(ops, now, createRedactor(config), createBus(), t.error),
    bus: createBus(),
    states: createSourceStates(ops),
    sheetRuns: createSheetRuns(ops, sources),
    untilFree: async (work) => work(),
    wantedBy: { job: () => job, schedules: () => schedules.map((name) => ({ name })) },
  });
  const by = systemRequester;
  const draft = { kind: 'folder', place: 'sheets/draft' };
  await changes.put('draft', draft, by);
  job = 7;
  const refused = { code: 'operation_locked', message: /^Job #7 uses draft\./ };
  await t.rejects(changes.put('draft', { ...draft, place: 'sheets/other' }, by), refused);
  await t.rejects(changes.remove('draft', by), refused);
  t.match(sources.find('draft'), draft);
  job = null;
  schedules = ['nightly', 'weekly'];
  await t.rejects(changes.remove('draft', by), {
    code: 'wrong_state',
    message: /^The schedules nightly and weekly use draft\./,
  });
  schedules = [];
  await changes.remove('draft', by);
  t.equal(sources.find('draft'), null);
});

t.test('a check says what an export to the sheet would meet', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet(), 'sheets/draft');
  const source = { name: 'draft', kind: 'folder', place: 'sheets/draft', tabs: null } as const;
  const opened = async () => (await checkSource(root.config, source, () => {})).steps[0];
  t.match(await opened(), { status: 'ok', text: /^3 files, .* It can be read and written\.$/ });
  fs.writeFileSync(path.join(folder, 'notes.txt'), '');
  t.match(await opened(), { status: 'warning', text: /an export would be refused: .*also holds notes\.txt/ });
});

t.test('the names of tabs are those that files or tabs can have', async (t) => {
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t, { sheets: {} }) });
  const read = (kind: string, tabs: GivenSource['tabs']) => {
    const place = { folder: 'sheets/x', xlsx: 'sheets/x.xlsx' }[kind] ?? id;
    return readSource(config, 'one', { kind, place, ...(tabs === undefined ? {} : { tabs }) }, []).tabs;
  };
  t.equal(read('folder', undefined), null);
  t.equal(read('folder', { category: 'categories', manual: ' ' }), null, 'the usual names');
  t.equal(read('xlsx', { category: 'Categories' }), null);
  const german = { category: 'Kategorien', experience: 'experiences', manual: 'manuals' };
  t.strictSame(read('folder', { category: 'Kategorien' }), german);
  const wrong: [string, string, RegExp][] = [
    ['folder', 'a/b', /must be the name of a file/],
    ['folder', '.hidden', /must be the name of a file/],
    ['folder', 'a.csv', /without the ending \.csv/],
    ['folder', 'Ex-Periences', /has the same name as Experiences/],
    ['folder', 'a\u200bb', /invisible/],
    ['xlsx', 'a:b', /must not have any of/],
    ['xlsx', "'a'", /must not have any of/],
    ['xlsx', 'a'.repeat(32), /at most 31/],
    ['google', 'a'.repeat(76), /at most 75/],
    ['google', 'Notes (Previous Export)', /must not end in \(being written\) or \(previous export\)/],
    ['google', '–', /needs a letter or digit/],
  ];
  for (const [kind, category, message] of wrong)
    t.throws(() => read(kind, { category }), { message }, category);
});

t.test(
  'a sheet is in use by a job or a schedule that names it, not by one that has another input',
  async (t) => {
    const catalogue = createCatalogue(declaredOperations);
    const wantedBy = (operation: string, args: object) => {
      const active = () => [{ number: 7, operation, args } as Job];
      const schedules = { all: () => [{ name: 'nightly', operation, args } as Schedule] };
      const found = createWantedBy({ catalogue, active, schedules });
      t.same(found.schedules('draft'), found.job('draft') === null ? [] : schedules.all());
      return found.job('draft');
    };
    t.equal(wantedBy('import', { source: 'draft' }), 7);
    t.equal(wantedBy('export', { target: 'draft' }), 7);
    t.equal(wantedBy('import', { source: 'draft', path: 'sheets/other' }), null);
    t.equal(wantedBy('import', { source: 'draft', sheet: '0a0b0c0d' }), null);
    t.equal(wantedBy('export', { target: 'draft', download: true }), null);
    t.equal(wantedBy('import', { source: 'published' }), null);
    t.equal(wantedBy('index', { category: 'draft' }), null);
  },
);

const at = (hour: number) => `2026-11-28T${String(hour).padStart(2, '0')}:00:00.000Z`;
const runOf = (result: object): SheetRun => ({
  number: 3,
  started_at: at(9),
  finished_at: at(10),
  result: { ...result },
});

t.test('a folder has changed when its content differs, whatever its times say', async (t) => {
  const root = openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t) });
  const source: SheetSource = { name: 'draft', kind: 'folder', place: 'sheets/draft', tabs: null };
  const findDrift = createFindDrift(
    root.config,
    createFindFiles(root.config),
    createCaches(() => new Date()),
  );
  t.same(await findDrift(source, runOf({}), null), { state: 'absent' });
  const folder = writeSheet(root, sheet(), source.place);
  const file = path.join(folder, 'manuals.csv');
  t.same(await findDrift(source, null, null), { state: 'never' });
  const hashes = await hashSheet({ kind: 'folder', path: folder });
  const run = runOf({ files: listSheetFiles(folder), hashes });
  t.same(await findDrift(source, run, null), { state: 'unchanged' });
  const touch = (hour: number) => fs.utimesSync(file, new Date(at(hour)), new Date(at(hour)));
  touch(12);
  t.same(await findDrift(source, run, null), { state: 'unchanged' }, 'it was only saved again');
  fs.appendFileSync(file, '\r\n');
  touch(12);
  t.same(await findDrift(source, run, null), { state: 'changed' });
  t.match(await findDrift(source, runOf({}), null), { state: 'unclear', why: /kept nothing to compare/ });
  for (const { name } of listSheetFiles(folder))
    fs.utimesSync(path.join(folder, name), new Date(at(8)), new Date(at(8)));
  t.same(await findDrift(source, runOf({}), null), { state: 'unchanged' }, 'a job of a former version');
  fs.appendFileSync(file, '\r\n');
  const small = createFindDrift(
    { ...root.config, sheetMaxBytes: 10 },
    createFindFiles(root.config),
    createCaches(() => new Date()),
  );
  t.match(await small(source, run, null), { state: 'unclear', why: /Check it/ }, 'large files are not read');
  fs.rmSync(file);
  t.same(await findDrift(source, run, null), { state: 'changed' }, 'a file is gone');
  execFileSync('mkfifo', [file]);
  t.same(await findDrift(source, run, null), { state: 'changed' }, 'a pipe is not read');
});

t.test('a Google spreadsheet is compared by what its last check has read', async (t) => {
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t) });
  const source: SheetSource = { name: 'cloud', kind: 'google', place: id, tabs: null };
  const findDrift = createFindDrift(
    config,
    createFindFiles(config),
    createCaches(() => new Date()),
  );
  const checked = (hour: number, hashes: string[] | null) =>
    ({ checked_at: at(hour), hashes }) as SourceState;
  const run = runOf({ hashes: ['a', 'b', 'c'] });
  t.same(await findDrift(source, null, checked(12, ['a'])), { state: 'never' });
  t.match(await findDrift(source, run, null), { state: 'unclear', why: /Check it/ });
  t.match(await findDrift(source, run, checked(8, ['a', 'b', 'c'])), {
    state: 'unclear',
    why: /not checked since/,
  });
  t.same(await findDrift(source, run, checked(12, ['a', 'b', 'c'])), { state: 'unchanged' });
  t.same(await findDrift(source, run, checked(12, ['a', 'b', 'd'])), { state: 'changed' });
  t.match(await findDrift(source, runOf({}), checked(12, ['a'])), { state: 'unclear', why: /kept nothing/ });
});
