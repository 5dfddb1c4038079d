// Workbooks are read as a person sees them.
import os from 'node:os';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { checkSheet } from '../../src/sheets/checks.ts';
import type { Problem } from '../../src/sheets/problems.ts';
import { hashSheet, readSheet } from '../../src/sheets/read-sheet.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { sheet } from '../support/library.ts';
import { reading, unfollowed } from '../support/plan.ts';
import {
  type Book,
  buildWorkbook,
  stringItem,
  type WorkbookCell,
  type Worksheet,
  worksheetsOf,
} from '../support/workbook.ts';
import { makeFolder } from '../support/folder.ts';

const file = path.join(makeFolder(t), 'book.xlsx');
const worksheets = worksheetsOf(sheet());

async function read(book: Book): Promise<SheetContent> {
  fs.writeFileSync(file, buildWorkbook(book));
  const place = { kind: 'xlsx', path: file } as const;
  const content = await readSheet(place, reading);
  t.same(content.hashes, await hashSheet(place));
  return content;
}

/** A workbook whose Manuals tab has these rows below its header. */
function withManuals(rows: WorkbookCell[][], more: Partial<Worksheet> = {}): Book {
  return { worksheets: { ...worksheets, Manuals: manuals(rows, more) } };
}

function manuals(rows: WorkbookCell[][], more: Partial<Worksheet> = {}): Worksheet {
  return { rows: [worksheets.Manuals.rows[0] ?? [], ...rows], ...more };
}

const manualCells = (worksheets.Manuals.rows[1] ?? []) as string[];
/** The row of a manual with other cells, by the index of their columns. */
const row = (cells: Record<number, WorkbookCell>) => manualCells.map((cell, at) => cells[at] ?? cell);
const [titleAt, summaryAt, createdAt] = [2, 4, 9];

/** Attributes and content of a cell, the text that is read, the number format, and whether days count from 1904. */
const cellTexts: [attributes: string, content: string, text: string, format?: string, is1904?: boolean][] = [
  ['', '<v>7</v>', '7'],
  ['t="n"', '<v>0.30000000000000004</v>', '0.3'],
  ['', '<v>1.0000000000000001E-7</v>', '0.0000001'],
  ['', '<v>123456789012345</v>', '123456789012345'],
  ['', '<v>2.0261101080000124E+19</v>', '2.02611010800001E+19'],
  ['s="1"', '<v>0.125</v>', '12.5%', '0.0%'],
  ['s="1"', '<v>7</v>', '007', '000'],
  ['s="1"', '<v>1234.5</v>', '1,234.50', '#,##0.00'],
  ['s="1"', '<v>5</v>', '5.00 €', '_-* #,##0.00\\ "€"_-'],
  ['s="1"', '<v>3</v>', '3', '@'],
  ['s="1"', '<v>0.5</v>', '0.5', '# ??????????????/??????????????'],
  ['s="1"', '<v>46327</v>', '2026-11-01', 'dd/mm/yyyy'],
  ['s="1"', '<v>46327.333333333336</v>', '2026-11-01T08:00:00', 'd. mmm yyyy'],
  ['s="1"', '<v>44865</v>', '2026-11-01', 'yyyy-mm-dd', true],
  ['s="1"', '<v>0.25</v>', '06:00:00', 'h:mm'],
  ['s="1"', '<v>9E99</v>', '#####', 'yyyy'],
  ['t="d"', '<v>2026-11-01T08:00:00</v>', '2026-11-01T08:00:00'],
  ['t="b"', '<v>1</v>', 'TRUE'],
  ['t="str"', '<f>A1&amp;"x"</f><v>computed</v>', 'computed'],
  ['', '<f>1+1</f><v>2</v>', '2'],
  ['', '<f t="shared" si="0"/><v>3</v>', '3'],
  ['t="str"', '<f>""</f><v></v>', ''],
  ['t="inlineStr"', `<is>${stringItem(' in\r\nline ')}</is>`, ' in\r\nline '],
  [
    't="inlineStr"',
    '<is><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space="preserve"> plain</t></r></is>',
    'bold plain',
  ],
  ['t="inlineStr"', '<is><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh></is>', '漢字'],
  ['t="inlineStr"', '<is><t>a\r\nb\rc&#13;d</t></is>', 'a\nb\nc\rd'],
  ['t="s"', '<v>0</v>', 'rich text'],
];

t.test('a cell is read as a person sees it', async (t) => {
  const strings =
    '<sst><si><r><t>rich</t></r><r><rPr><i/></rPr><t xml:space="preserve"> text</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>';
  for (const [attributes, content, text, format, is1904 = false] of cellTexts) {
    const formats = ['General', format ?? 'General'];
    const rows = [row({ [titleAt]: [attributes, content] })].map((cells) =>
      cells.map(
        (cell): WorkbookCell =>
          typeof cell === 'string' ? ['t="inlineStr"', `<is>${stringItem(cell)}</is>`] : cell,
      ),
    );
    const header = (worksheets.Manuals.rows[0] ?? []).map(
      (name): WorkbookCell => ['t="inlineStr"', `<is>${stringItem(String(name))}</is>`],
    );
    const book = { worksheets: { Manuals: { rows: [header, ...rows] } }, formats, is1904 };
    const { contents } = await read({ ...book, parts: { 'xl/sharedStrings.xml': strings } });
    t.equal(
      [...(contents[0]?.records ?? [])][0]?.[titleAt],
      text,
      `${attributes} ${content} ${format ?? ''}`,
    );
  }
});

const messages = (found: Problem[]) =>
  found.map(({ tab, row, column, message }) => [tab, row, column, message]);

const problems: [what: string, Book, code: string, row: number | null, message: string][] = [
  [
    'a formula without a value',
    withManuals([
      row({ [titleAt]: ['', '<f>A1</f>'] }),
      row({ 0: 'MNL-2', [titleAt]: ['', '<f>A2</f><v/>'] }),
    ]),
    'unreadable_tab',
    null,
    '2 formulas have no value, the first in C2. Open the workbook in a spreadsheet program, and save it again: that computes them.',
  ],
  [
    'an error',
    withManuals([row({ [titleAt]: ['t="e"', '<f>NA()</f><v>#N/A</v>'] })]),
    'invalid_rows',
    2,
    'The cell shows #N/A, the error of a formula. Correct the formula, or enter the value.',
  ],
  [
    'half of a character',
    withManuals([row({ [titleAt]: ['t="inlineStr"', '<is><t>_xD83D_</t></is>'] })]),
    'invalid_rows',
    2,
    'The cell has half of a character, such as of an emoji. Enter it again.',
  ],
  [
    'a merged header',
    withManuals([manualCells], { after: '<mergeCells><mergeCell ref="C1:D1"/></mergeCells>' }),
    'unreadable_tab',
    1,
    'The header has merged cells (C1:D1). Unmerge them; each column needs a header of its own.',
  ],
  [
    'a title above the header',
    {
      worksheets: {
        ...worksheets,
        Manuals: { rows: [['Our manuals'], [], ...worksheets.Manuals.rows] },
      },
    },
    'unreadable_tab',
    null,
    'The tab Manuals is introduced by “Our manuals”. The header is in row 3, but belongs in row 1: delete rows 1 to 2.',
  ],
  [
    'rows that are not split',
    { worksheets: { ...worksheets, Manuals: { rows: [['id,category_code,title'], ['MNL-1,GIT,x']] } } },
    'unreadable_tab',
    null,
    'The tab Manuals is not split into columns. Each row is one cell. Split them with Data → Text to Columns, or import the CSV file.',
  ],
  [
    'an empty tab',
    { worksheets: { ...worksheets, Manuals: { rows: [] } } },
    'unreadable_tab',
    null,
    'The tab Manuals is empty. Its header is id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at.',
  ],
  [
    'tabs of other names',
    {
      worksheets: {
        Categories: worksheets.Categories,
        'Experience (2)': worksheets.Experiences,
        Notes: { rows: [] },
      },
    },
    'missing_tab',
    null,
    'The tabs Experiences and Manuals are missing. Found tabs: Categories, Experience (2), Notes. Rename “Experience (2)” to “Experiences”. Add a tab Manuals; its header is id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at.',
  ],
  [
    'two tabs of one name but for a space',
    { worksheets: { ...worksheets, 'manuals ': { rows: [] } } },
    'ambiguous_tab',
    null,
    '2 tabs fit: “Manuals” and “manuals ”. Rename or remove all but the right one.',
  ],
];

for (const [what, book, code, row, message] of problems) {
  t.test(`a workbook with ${what} is refused`, async (t) => {
    const { sheetProblems, rowProblems } = checkSheet(await read(book), os.tmpdir(), unfollowed);
    const found = [...sheetProblems.map(({ problem }) => problem), ...rowProblems];
    t.match(found, [{ row, message }]);
    t.equal(found.length, 1);
    t.equal(sheetProblems[0]?.code ?? 'invalid_rows', code);
  });
}

t.test('what a person does not see in a workbook is read, and said', async (t) => {
  const { Manuals: _, ...others } = worksheets;
  const hidden = manuals([manualCells, row({ 0: 'MNL-2' }), row({ 0: 'MNL-3', [summaryAt]: '' })], {
    state: 'veryHidden',
    rowAttributes: { 2: 'hidden="1"', 3: 'hidden="1"', 5: 'hidden="1"' },
    before: '<cols><col min="1" max="2" width="9"/><col min="8" max="8" hidden="1"/></cols>',
    after: '<mergeCells><mergeCell ref="E3:E4"/></mergeCells>',
  });
  const { contents, problems, warnings } = await read({ worksheets: { ...others, ' MANUALS': hidden } });
  t.strictSame(problems, []);
  t.equal(contents[2]?.records.length, 3);
  t.strictSame(
    messages(warnings),
    [
      'The tab is named “ MANUALS”; it is read as Manuals.',
      'The tab Manuals is hidden; it is read too.',
      '2 hidden rows of Manuals are read too.',
      '1 hidden column of Manuals is read too: author.',
      'Merged cells have a value in the first cell only, the others are read as empty: E3:E4.',
    ].map((message) => ['Manuals', null, null, message]),
  );
});

t.test('dates of a workbook are the times of an entry', async (t) => {
  const cells = row({ [createdAt]: ['s="1"', '<v>46327.333333333336</v>'] });
  const book = { ...withManuals([cells]), formats: ['General', 'yyyy-mm-dd hh:mm'] };
  const { warnings, tabs } = checkSheet(await read(book), os.tmpdir(), unfollowed);
  t.strictSame(warnings, []);
  t.equal([...(tabs.manual?.rows ?? [])][0]?.times[0], '2026-11-01T08:00:00');
});
