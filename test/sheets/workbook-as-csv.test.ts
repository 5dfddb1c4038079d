// A workbook has the same content and the same findings as CSV files, whichever program wrote it.
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { checkSheet } from '../../src/sheets/checks.ts';
import { readFolder } from '../../src/sheets/folder.ts';
import type { Problem } from '../../src/sheets/problems.ts';
import { readSheet } from '../../src/sheets/read-sheet.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { inWorkbook, readAsWorkbook } from '../support/bad-sheets.ts';
import { category, experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';
import { reading, unfollowed } from '../support/plan.ts';

/** The header and the rows of each tab; a row may lack empty cells at its end. */
const cellsOf = ({ contents }: SheetContent) =>
  contents.map(({ header, records }) => [
    header,
    ...Array.from(records, (one) => header.map((_, at) => one[at] ?? '')),
  ]);

const texts = [
  ' spaces before and behind ',
  '007',
  '1e5',
  '=1+1',
  "'=1+1",
  'TRUE',
  '2026-11-01',
  'CR\r, CRLF\r\n and LF\n',
  '_x000D_ and _x005F_',
  'a\u0001b',
  'e\u0301 and é',
  '😀 <b>&amp;</b> "quoted"',
  'x'.repeat(32_767),
  '読み',
];

t.test('a workbook has the same content as its CSV files', async (t) => {
  const root = makeRoot(t);
  const content = sheet({
    categories: [category({ description: '' }), category({ code: 'SQL', created_at: '' })],
    experiences: texts.map((text, at) => experience({ id: `EXP-${at}`, playbook: text, context: text })),
    manuals: [
      manual({ content: texts.join('\n'), exported_at: '2026-01-02T03:04:05.000Z' }),
      manual({ id: '' }),
    ],
  });
  const folder = writeSheet(root, content);
  const expected = readFolder(folder, { naming: 'own', mayRead: () => true, onRead: unfollowed });
  const found = await readAsWorkbook(folder);
  t.strictSame(cellsOf(found), cellsOf(expected));
  t.strictSame([found.problems, found.warnings], [[], []]);
});

const iso = '2026-01-02T03:04:05.000Z';
const entryCells = {
  category_code: 'GIT',
  source: 'global',
  sync_status: 'synced',
  embedding_status: 'pending',
  created_at: iso,
  updated_at: iso,
  synced_at: '',
  exported_at: '',
};

/** test/fixtures/workbooks/README.md says how each was made. */
const fixtures = [
  'libreoffice.xlsx',
  'openpyxl.xlsx',
  'xlsxwriter.xlsx',
  'by-hand-like-excel.xlsx',
  'by-hand-like-google.xlsx',
];

for (const name of fixtures) {
  t.test(`the workbook ${name} has the cells that a person sees`, async (t) => {
    const file = path.join(packageRoot, 'test/fixtures/workbooks', name);
    const content = await readSheet({ kind: 'xlsx', path: file }, reading);
    t.strictSame(
      content.contents.map(({ header, records }) =>
        Array.from(records, (cells) =>
          Object.fromEntries(header.map((column, at) => [column, cells[at] ?? ''])),
        ),
      ),
      [
        [{ code: 'GIT', name: 'Git', description: '', created_at: iso }],
        [
          {
            ...entryCells,
            id: 'EXP-1',
            section: 'useful',
            title: 'One formula',
            playbook: '=1+1',
            context: 'e\u0301 \u00e9 😀',
            author: '007',
            created_at: '2026-11-01T08:00:00',
          },
          {
            ...entryCells,
            id: 'EXP-2',
            section: 'harmful',
            title: 'first\nsecond',
            playbook: '  spaces  ',
            context: '0042',
            source: 'local',
            sync_status: '1',
            author: '12.5%',
          },
        ],
        [
          {
            ...entryCells,
            id: 'MNL-1',
            title: '<b> & "quotes"',
            content: 'x'.repeat(32_767),
            summary: 'bold and plain',
            author: 'TRUE',
            created_at: '2026-11-01',
          },
          {
            ...entryCells,
            id: 'MNL-2',
            title: 'Hidden row',
            content: '-1',
            summary: '',
            sync_status: 'local_only',
            author: '',
          },
        ],
      ],
    );
    const { sheetProblems, rowProblems, warnings } = checkSheet(content, os.tmpdir(), unfollowed);
    t.strictSame([sheetProblems, rowProblems], [[], []]);
    t.strictSame(
      warnings.map(({ message }) => message),
      ['1 hidden row of Manuals is read too.', '1 hidden column of Manuals is read too: author.'],
    );
  });
}

const messages = (found: Problem[]) =>
  found.map(({ tab, row, column, message }) => [tab, row, column, message]);

/** Each changes the CSV files of a sheet. The workbook of the same cells has the same findings. */
const sheets: Record<string, Partial<Parameters<typeof sheet>[0]>> = {
  'other spellings of headers, unknown and unnamed columns': {
    categories: [{ Code: 'GIT', ' NAME ': 'Git', description: '', colour: 'red', '': 'lost' }],
    manuals: [{ ...manual(), note: '' }],
  },
  'a header that is repeated': {
    categories: [
      category(),
      { code: 'Code', name: 'name', description: 'description', created_at: 'created_at' },
    ],
  },
  'a header with hidden characters': {
    categories: [{ '\u200bcode': 'GIT', name: 'Git', 'description\u00a0': 'x' }],
  },
  'swapped tabs': { experiences: [manual()], manuals: [experience()] },
  'no header': { categories: [{ GIT: 'SQL', 'Name of GIT': 'Databases' }] },
  'several missing headers': { experiences: [{ id: 'EXP-1', Titel: 'x', playbok: 'y' }] },
  'ids that look alike, and one that is cut': {
    experiences: [experience(), experience({ id: 'EXP\u200b-1' }), experience({ id: '2.0261E+19' })],
  },
  'blank rows': { manuals: [manual({ id: '', title: '' }), manual()], categories: [category(), {}] },
};

for (const [what, content] of Object.entries(sheets)) {
  t.test(`a workbook and CSV files with ${what} have the same findings`, async (t) => {
    const folder = writeSheet(makeRoot(t), sheet(content));
    const files = checkSheet(
      readFolder(folder, { naming: 'own', mayRead: () => true, onRead: unfollowed }),
      os.tmpdir(),
      unfollowed,
    );
    const book = checkSheet(await readAsWorkbook(folder), os.tmpdir(), unfollowed);
    const shown = ({ sheetProblems, rowProblems, warnings }: typeof files) =>
      messages([...sheetProblems.map(({ problem }) => problem), ...rowProblems, ...warnings]);
    const expected = shown(files).map((cells) => cells.map(inWorkbook));
    t.ok(what === 'blank rows' || expected.length > 0);
    t.strictSame(shown(book), expected);
  });
}
