import os from 'node:os';
import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readXlsx } from 'hucre';
import t from 'tap';
import { createRandom, pick, type Random } from '../../scripts/random.ts';
import { oddTexts } from '../../scripts/workbooks/odd-texts.ts';
import { readConfig } from '../../src/core/config.ts';
import { openSpreadsheet } from '../../src/google/spreadsheet.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { columnsOf, type Kind, kinds } from '../../src/library/rules.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { checkSheet, isComparable } from '../../src/sheets/checks.ts';
import { countExported, exportSheet, noteExported, type Target } from '../../src/exports/export.ts';
import { exportToGoogle } from '../../src/exports/export-google.ts';
import { findMisfits, limitsOf, maxCellLength, maxRows } from '../../src/exports/limits.ts';
import { readSheet } from '../../src/sheets/read-sheet.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { type Tab, tabFiles, tabs } from '../../src/sheets/tabs.ts';
import { writeWorkbook } from '../../src/sheets/xlsx/write.ts';
import { formatXmlText } from '../../src/sheets/xlsx/write-text.ts';
import { bookId, googleSettings, startGoogle } from '../support/google.ts';
import { experience, makeRoot, manual, openRoot, type Root, type Scope, sheet } from '../support/library.ts';
import { importSheet, planSheet, reading, unfollowed } from '../support/plan.ts';

const seed = Number(process.env.CHL_TEST_SEED ?? Date.now() % 100_000);
const at = '2026-11-22T10:00:00.000Z';

for (const format of ['csv', 'xlsx'] as const) {
  t.test(`a library that is exported as ${format} and imported is the same library`, async (t) => {
    t.comment(`CHL_TEST_SEED=${seed}`);
    const root = makeNastyLibrary(t, createRandom(seed));
    const target = await exportTo(root, `first${format === 'xlsx' ? '.xlsx' : ''}`, format);
    const twin = openRoot(t, { CHL_EXPERIENCE_ROOT: path.join(root.config.root, 'twin') });
    await importFrom(twin, target);
    t.strictSame(rowsOf(twin), rowsOf(root), 'in an empty library');
    const { counts } = await importFrom(root, target);
    t.match(counts, { added: 0, changed: 0, removed: 0, invalid: 0 }, 'over itself');
    const again = await exportTo(twin, `second${format === 'xlsx' ? '.xlsx' : ''}`, format);
    t.strictSame(await read(again), await read(target), 'and exported again');
  });
}

t.test('a library that is exported to a Google spreadsheet and imported is the same library', async (t) => {
  t.comment(`CHL_TEST_SEED=${seed}`);
  const root = makeNastyLibrary(t, createRandom(seed));
  const google = await startGoogle(t, { Notes: [['kept']] });
  const access = { ...readConfig(googleSettings(t, google.address), '/').google, onWait: unfollowed };
  const book = openSpreadsheet(access, bookId);
  const target = { format: 'google', id: bookId, tabs: null } as const;
  const report = { onRow: unfollowed, row: unfollowed };
  const { hashes } = await exportToGoogle(createLibrary(root.db), book, target, at, report);
  t.strictSame(google.titles(), ['Notes', ...tabs.map(({ name }) => name)]);
  const content = await readSheet({ kind: 'google', path: bookId }, { ...reading, google: access });
  t.strictSame(content.hashes, hashes, 'the spreadsheet is read as it was written');
  const twin = openRoot(t, { CHL_EXPERIENCE_ROOT: path.join(root.config.root, 'twin') });
  applySheet(twin, content);
  t.strictSame(rowsOf(twin), rowsOf(root), 'in an empty library');
  t.match(applySheet(root, content).counts, { added: 0, changed: 0, removed: 0, invalid: 0 }, 'over itself');
  root.db.prepare('UPDATE category_manuals SET content = ? WHERE id LIKE ?').run('x'.repeat(50_001), '%M7%');
  const before = google.calls.length;
  await t.rejects(exportToGoogle(createLibrary(root.db), book, target, at, report), {
    code: 'bad_input',
    message: /content has 50,001 characters; a cell of a Google spreadsheet has at most 50,000\./,
  });
  t.equal(google.calls.length, before, 'nothing was written');
});

t.test(
  'the columns come in the order of the tab, with words for sync_status and no local_only entry',
  async (t) => {
    const root = makeRoot(t);
    const local = { sync_status: 'local_only' };
    importSheet(
      root,
      sheet({
        experiences: [experience({ playbook: '=1+1' }), experience({ id: 'EXP-2', ...local })],
        manuals: [manual({ id: 'MNL-2', ...local }), manual({ sync_status: 1, author: 'Ada' })],
      }),
    );
    const before = createLibrary(root.db).revision();
    const { path: folder } = await exportTo(root, 'review', 'csv');
    t.strictSame(
      tabFiles.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')),
      [
        'code,name,description,created_at\r\nGIT,Name of GIT,,2026-01-02T03:04:05.000Z\r\n',
        'id,category_code,section,title,playbook,context,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at\r\n' +
          "EXP-1,GIT,useful,Commit one change at a time,'=1+1,,global,synced,,pending,2026-01-02T03:04:05.000Z,2026-01-02T03:04:05.000Z,,2026-11-22T10:00:00.000Z\r\n",
        'id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at\r\n' +
          'MNL-1,GIT,How we branch,Short branches.,,global,pending,Ada,pending,2026-01-02T03:04:05.000Z,2026-01-02T03:04:05.000Z,,2026-11-22T10:00:00.000Z\r\n',
      ],
    );
    t.strictSame(root.db.prepare('SELECT id, exported_at FROM experiences ORDER BY id').raw().all(), [
      ['EXP-1', '2026-11-22T10:00:00.000Z'],
      ['EXP-2', null],
    ]);
    t.equal(createLibrary(root.db).revision(), before, 'the revision stays');
  },
);

t.test('a workbook has three tabs of text with a frozen, bold header and columns of text', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ manuals: [manual({ content: '=1+1', summary: '007' })] }));
  const { path: file } = await exportTo(root, 'review.xlsx', 'xlsx');
  const { sheets } = await readXlsx(fs.readFileSync(file), { readStyles: true });
  t.strictSame(
    sheets.map(({ name, rows }) => [name, rows[0]]),
    tabs.map(({ name, headers }) => [name, headers]),
  );
  for (const one of sheets) {
    t.match(one.freezePane, { rows: 1 });
    t.match(one.cells?.get('0,0')?.style, { font: { bold: true }, numFmt: '@' });
  }
  const cells = sheets[2]?.cells;
  t.match(cells?.get('1,3'), { type: 'string', value: '=1+1', style: { numFmt: '@' } });
  t.match(cells?.get('1,4'), { type: 'string', value: '007' });
  t.equal(cells?.get('1,3')?.formula, undefined);
});

t.test('what XML cannot hold is escaped, and what looks like an escape', async (t) => {
  const texts = [
    ...oddTexts,
    '_x0041_x0042_',
    '_x0041\r',
    '_x0041\uFFFE_',
    '__x0041_',
    '_x005f_x0041_',
    '\uD83D',
    'x\uDC00',
    '\0',
    '\u0085',
    'x'.repeat(maxCellLength),
  ];
  const rows = [['text'], ...texts.map((text) => [text])];
  const workbook = await writeWorkbook([{ name: 'Texts', widths: [20], rows }], new Date(at));
  const { sheets } = await readXlsx(await buffer(workbook));
  t.strictSame(
    sheets[0]?.rows.map(([text]) => text),
    rows.flat(),
  );
  t.equal(formatXmlText('_xe_'), '_x005F_xe_', 'LibreOffice would take it for one, too');
});

t.test(
  'a text that no cell of a workbook can hold refuses the export before anything is written',
  async (t) => {
    const root = makeRoot(t);
    const long = 'x'.repeat(maxCellLength);
    importSheet(root, sheet({ manuals: [manual({ content: long })] }));
    const target = await exportTo(root, 'review.xlsx', 'xlsx');
    const before = fs.readFileSync(target.path);
    root.db.prepare('UPDATE category_manuals SET content = ?').run(`${long}y`);
    root.db.prepare('UPDATE experiences SET playbook = ?').run(`'=${'😀'.repeat(16_383)}`);
    const rows: unknown[] = [];
    const failure = await exportTo(root, 'review.xlsx', 'xlsx', (...row) => rows.push(row)).catch(
      (error) => error,
    );
    const text = 'playbook has 32,769 characters; a cell of a workbook has at most 32,767.';
    const advice = 'Nothing was written. Export as CSV, which has no such limit, or shorten the text.';
    t.match(failure, {
      code: 'bad_input',
      message: `EXP-1, “Commit one change at a time”: ${text} 1 more does not fit either. ${advice}`,
      details: {
        code: 'too_large',
        total: 2,
        problems: [{ id: 'EXP-1', column: 'playbook', length: 32_769 }],
      },
    });
    t.match(rows, [
      ['EXP-1', 'invalid', /playbook has 32,769/],
      ['MNL-1', 'invalid', /“How we branch”: content has 32,768 characters/],
    ]);
    t.strictSame(fs.readFileSync(target.path), before);
    t.strictSame(fs.readdirSync(path.dirname(target.path)).sort(), ['published', 'review.xlsx']);
    await exportTo(root, 'review', 'csv');
  },
);

t.test('a tab has as many rows as a workbook has below a header', async (t) => {
  const tab = tabs[0] as Tab;
  const workbook = limitsOf.xlsx as NonNullable<typeof limitsOf.xlsx>;
  function* rows(count: number) {
    for (let row = 0; row < count; row++) yield ['GIT'];
  }
  t.strictSame(findMisfits(tab, rows(maxRows), workbook), []);
  t.match(findMisfits(tab, rows(maxRows + 1), workbook), [
    { message: 'Categories has 1,048,576 rows; a tab of a workbook has at most 1,048,575.' },
  ]);
});

/** Entries that an import accepts, with texts of one to six nasty parts in every column that is free. */
function makeNastyLibrary(t: Scope, random: Random): Root {
  const root = makeRoot(t);
  const text = () => Array.from({ length: 1 + random(6) }, () => pick(random, oddTexts)).join('');
  const seen = (mark: string) => `${pick(random, ['', text().slice(0, 50)])}${mark}${text().slice(0, 50)}`;
  const maybe = () => (random(4) === 0 ? null : text());
  const insert = (kind: Kind, table: string, values: Record<string, unknown>) => {
    const columns = columnsOf(kind).filter((column) => column in values);
    root.db
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
      .run(columns.map((column) => values[column]));
  };
  for (let n = 0; n < 40; n++) {
    const code = `C${String(n).padStart(2, '0')}`;
    const times = { created_at: at, updated_at: at };
    const entry = () => {
      const source = { source: 'global', sync_status: random(2), embedding_status: 'pending', ...times };
      return { category_code: code, title: seen('T'), author: maybe(), ...source };
    };
    insert('category', 'categories', { code, name: seen(`N${n}`), description: maybe(), ...times });
    const advice = { section: 'useful', playbook: seen('P'), context: maybe() };
    insert('experience', 'experiences', { id: seen(`E${n}`), ...entry(), ...advice });
    const longest = "'=".padEnd(maxCellLength - 1, '😀');
    const content = n === 0 ? longest : seen('C');
    insert('manual', 'category_manuals', { id: seen(`M${n}`), ...entry(), content, summary: maybe() });
  }
  return root;
}

/** What an import compares, and the times of creation. */
function rowsOf({ db }: Root): unknown[] {
  const library = createLibrary(db);
  return library.read(() =>
    kinds.map((kind) =>
      [...library[kind].exported()].map((row) => row.slice(0, kind === 'category' ? 4 : -1)),
    ),
  );
}

async function exportTo(
  root: Root,
  name: string,
  format: Target['format'],
  row: (ref: string, outcome: string, message?: string) => void = unfollowed,
): Promise<Target> {
  const library = createLibrary(root.db);
  const target = { format, path: path.join(root.config.root, 'sheets', name), tabs: null };
  const { exported } = await exportSheet(library, target, at, { onRow: unfollowed, row });
  library.write(() => noteExported(library, exported, at));
  const { experiences, manuals } = countExported(exported);
  const local = library.localCounts();
  t.match(library.counts(), {
    experiences: experiences + local.experiences,
    manuals: manuals + local.manuals,
  });
  return target;
}

async function importFrom(root: Root, target: Target) {
  return applySheet(root, await read(target));
}

function applySheet({ db }: Root, content: SheetContent) {
  const library = createLibrary(db);
  const checked = checkSheet(content, os.tmpdir(), unfollowed);
  if (!isComparable(checked) || checked.rowProblems.length > 0) throw new Error(JSON.stringify(checked));
  const plan = planSheet(checked, library, 'replace');
  library.write(() => applyPlan(library, plan, checked, at, unfollowed));
  return plan;
}

/** Without hashes, which change with the times of the export. */
async function read({ format, path: sheet }: Target): Promise<SheetContent> {
  const kind = format === 'csv' ? 'folder' : 'xlsx';
  const content = await readSheet({ kind, path: sheet }, reading);
  return { ...content, hashes: [] };
}
