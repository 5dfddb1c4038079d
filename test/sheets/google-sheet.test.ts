// Google spreadsheets are read as a person sees them, at one moment.
import os from 'node:os';
import t from 'tap';
import { checkSheet } from '../../src/sheets/checks.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/sheets/problems.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { readAsGoogle, readGoogle } from '../support/bad-sheets.ts';
import { type GoogleCell, type GoogleStandIn, startGoogle } from '../support/google.ts';
import {
  category,
  cellsOf,
  experience,
  makeRoot,
  manual,
  type Scope,
  sheet,
  writeSheet,
} from '../support/library.ts';
import { checkFolder, unfollowed } from '../support/plan.ts';

const standard = () =>
  Object.fromEntries(tabs.map((tab) => [tab.name, cellsOf(sheet(), tab) as GoogleCell[][]]));
const start = (t: Scope, content: Record<string, GoogleCell[][]> = {}) =>
  startGoogle(t, { ...standard(), ...content });
const messagesOf = (problems: Problem[]) => problems.map(({ message }) => message);
const recordsOf = ({ contents }: SheetContent, at = 2) => contents[at]?.records ?? [];
/** The cells of the manual, with others by the index of their columns. */
const manualRow = (cells: Record<number, GoogleCell>) =>
  (cellsOf(sheet(), tabs[2] as (typeof tabs)[number])[1] ?? []).map((cell, at) => cells[at] ?? cell);
const [header = []] = standard().Manuals ?? [];

t.test('a spreadsheet has the same content as its CSV files', async (t) => {
  const root = makeRoot(t);
  const texts = [
    '007',
    '1e5',
    "'=1+1",
    '2026-11-01',
    'CR\r and LF\n',
    '😀 e\u0301',
    '#N/A',
    'TRUE',
    ' spaces ',
  ];
  const folder = writeSheet(
    root,
    sheet({
      categories: [category({ description: '' }), category({ code: 'SQL', created_at: '' })],
      experiences: texts.map((text, at) => experience({ id: `EXP-${at}`, playbook: text, context: text })),
      manuals: [manual({ content: texts.join('\n') })],
    }),
  );
  const found = await readAsGoogle(t, folder);
  const rows = (checked: Pick<ReturnType<typeof checkSheet>, 'tabs'>) =>
    Object.values(checked.tabs).map((tab) => Array.from(tab.rows, ({ values, row }) => [row, values]));
  const checked = checkSheet(found, os.tmpdir(), unfollowed);
  t.strictSame(rows(checked), rows(checkFolder(folder)));
  t.strictSame([checked.sheetProblems, checked.rowProblems, checked.warnings], [[], [], []]);
});

t.test('40,000 rows come in one answer, with the rows reported', async (t) => {
  const row = manualRow({ 3: 'x'.repeat(300) }) as string[];
  const rows = Array.from({ length: 40_000 }, (_, at) => [`M${at}`, ...row.slice(1)]);
  const google = await start(t, { Manuals: [header, ...rows] });
  const content = await readGoogle(t, google);
  t.equal(recordsOf(content).length, 40_000);
  t.strictSame([...recordsOf(content)][39_999]?.slice(0, 2), ['M39999', 'GIT']);
  t.equal(google.calls.filter((call) => call.endsWith('batchGet')).length, 1);
});

t.test('hidden rows and columns are read, and said', async (t) => {
  const google = await start(t);
  Object.assign(google.tab('Manuals'), { hiddenRows: [1], hiddenColumns: [3] });
  Object.assign(google.tab('Experiences').properties, { hidden: true });
  const content = await readGoogle(t, google);
  t.equal(recordsOf(content).length, 1);
  t.strictSame(messagesOf(content.warnings), [
    'The tab Experiences is hidden; it is read too.',
    '1 hidden row of Manuals is read too.',
    '1 hidden column of Manuals is read too: content.',
  ]);
});

t.test('errors of formulas are problems, and the same words as texts are not', async (t) => {
  const error = { shown: '#N/A', formula: '=VLOOKUP(1,A:A,1)' };
  const value = { shown: 'Short branches.', formula: '="Short branches."' };
  const google = await start(t, {
    Manuals: [header, manualRow({ 3: error, 4: '#N/A' }), manualRow({ 0: 'MNL-2', 3: value })],
  });
  const content = await readGoogle(t, google);
  const { rowProblems } = checkSheet(content, os.tmpdir(), unfollowed);
  t.match(rowProblems, [
    {
      tab: 'Manuals',
      row: 2,
      column: 'content',
      message: 'The cell shows #N/A, the error of a formula. Correct the formula, or enter the value.',
    },
  ]);
  t.equal(rowProblems.length, 1);
});

type Bad = { title: string; spoil: (google: GoogleStandIn) => void; problems: RegExp[]; warnings?: RegExp[] };

const badSpreadsheets: Bad[] = [
  {
    title: 'merged cells in the header',
    spoil: (google) =>
      Object.assign(google.tab('Manuals'), {
        merges: [{ startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 2 }],
      }),
    problems: [
      /^The header has merged cells \(A1:B1\)\. Unmerge them; each column needs a header of its own\.$/,
    ],
  },
  {
    title: 'a missing tab',
    spoil: (google) => google.tabs.splice(1, 1),
    problems: [
      /^The tab Experiences is missing\. Found tabs: Categories, Manuals\. Add a tab Experiences; its header/,
    ],
  },
  {
    title: 'a renamed tab',
    spoil: (google) => Object.assign(google.tab('Manuals').properties, { title: 'Manual (2)' }),
    problems: [/^The tab Manuals is missing\. Found tabs: .*Rename “Manual \(2\)” to “Manuals”\.$/],
  },
  {
    title: 'two tabs of one name',
    spoil: (google) => google.tabs.push({ properties: { sheetId: 9, title: 'manuals ' }, rows: [] }),
    problems: [/^2 tabs fit: “Manuals” and “manuals ”\. Rename or remove all but the right one\.$/],
  },
  {
    title: 'a tab that is a chart',
    spoil: (google) => Object.assign(google.tab('Manuals').properties, { sheetType: 'OBJECT' }),
    problems: [/^The tab Manuals is a chart or lacks its cells\.$/],
  },
  {
    title: 'an empty tab',
    spoil: (google) => google.tab('Manuals').rows.splice(0),
    problems: [/^The tab Manuals is empty\. Its header is id,/],
  },
  {
    title: 'a tab in other letters',
    spoil: (google) => Object.assign(google.tab('Manuals').properties, { title: 'MANUALS' }),
    problems: [],
    warnings: [/^The tab is named “MANUALS”; it is read as Manuals\.$/],
  },
];

for (const { title, spoil, problems, warnings = [] } of badSpreadsheets) {
  t.test(`${title} is found`, async (t) => {
    const google = await start(t);
    spoil(google);
    const content = await readGoogle(t, google);
    t.match(messagesOf(content.problems.map(({ problem }) => problem)), problems);
    t.equal(content.problems.length, problems.length);
    t.match(messagesOf(content.warnings), warnings);
  });
}

t.test('a source names its tabs', async (t) => {
  const { Categories = [], Experiences = [], Manuals = [] } = standard();
  const google = await startGoogle(t, { Codes: Categories, Advice: Experiences, Texte: Manuals });
  const names = { category: 'Codes', experience: 'Advice', manual: 'Texts' };
  const content = await readGoogle(t, google, {}, { tabs: names });
  t.match(messagesOf(content.problems.map(({ problem }) => problem)), [
    /^The tab Texts is missing\. Found tabs: Codes, Advice, Texte\. Rename “Texte” to “Texts”\.$/,
  ]);
  t.equal(content.contents.length, 2);
});

const renameManuals = ({ tab }: GoogleStandIn, title: string) =>
  Object.assign(tab('Manuals').properties, { title });

t.test('a spreadsheet that changes while it is read is read again', async (t) => {
  const google = await start(t);
  google.state.before = (call) => {
    if (!call.endsWith('batchGet')) return null;
    google.state.before = () => null;
    // Another tab takes the place of the one that was described.
    renameManuals(google, 'Old');
    google.tabs.push({
      properties: { sheetId: 9, title: 'Manuals' },
      rows: [header, manualRow({ 0: 'NEW' })],
    });
    return null;
  };
  t.match(recordsOf(await readGoogle(t, google)), [['NEW']]);
  t.equal(google.calls.filter((call) => call.endsWith('batchGet')).length, 2);
});

t.test('cells that move between the answers with values and with formulas are read again', async (t) => {
  const error = { shown: '#N/A', formula: '=NA()' };
  const rows = [manualRow({ 3: error }), manualRow({ 0: 'MNL-2', 3: '#N/A' })];
  const google = await start(t, { Manuals: [header, ...rows] });
  let reads = 0;
  google.state.before = (call) => {
    if (call.endsWith('batchGet') && ++reads === 2)
      Object.assign(google.tab('Manuals'), { rows: [header, ...rows.toReversed()] });
    return null;
  };
  const { rowProblems } = checkSheet(await readGoogle(t, google), os.tmpdir(), unfollowed);
  t.match(rowProblems, [{ row: 3, column: 'content' }]);
  t.equal(rowProblems.length, 1);
  t.equal(reads, 6);
});

t.test('a spreadsheet that keeps changing is a temporary failure', async (t) => {
  const google = await start(t);
  let names = 0;
  google.state.before = (call) => {
    if (call.endsWith('batchGet'))
      google.tabs.push({ properties: { sheetId: 9, title: `New ${++names}` }, rows: [] });
    return null;
  };
  const error = (await t.rejects(readGoogle(t, google))) as unknown as AppError;
  t.match(error, {
    code: 'temporary',
    message: /^The spreadsheet changed while it was read; nothing was written\./,
  });
  t.equal(names, 3);
});

t.test('the hashes change with the cells alone', async (t) => {
  const google = await start(t);
  const { hashes } = await readGoogle(t, google);
  Object.assign(google.tab('Manuals'), { hiddenRows: [1] });
  t.strictSame((await readGoogle(t, google)).hashes, hashes);
  google.tab('Manuals').rows[1] = manualRow({ 3: 'Long branches.' });
  const { hashes: changed } = await readGoogle(t, google);
  t.strictSame(changed.slice(0, 2), hashes.slice(0, 2));
  t.not(changed[2], hashes[2]);
});

t.test('a wait is reported with its length and cause', async (t) => {
  const google = await start(t);
  const waits: number[][] = [];
  google.state.before = () => {
    google.state.before = () => null;
    return { status: 429, headers: { 'retry-after': '30' } };
  };
  await readGoogle(t, google, { onWait: (...wait: number[]) => waits.push(wait) });
  t.strictSame(waits, [[30_000, 429]]);
});
