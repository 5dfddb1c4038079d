// Archives and XML that attack a reader, as a ZIP of CSV files and as a workbook. test/snapshots has them as snapshots.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { readSheet } from '../../src/sheets/read-sheet.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { hostileArchives } from '../support/hostile-zips.ts';
import { filesOf, sheet } from '../support/library.ts';
import { reading } from '../support/plan.ts';
import { type Book, buildWorkbook, workbookParts, worksheetsOf } from '../support/workbook.ts';
import { buildZip, type Part } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const folder = makeFolder(t);
const worksheets = worksheetsOf(sheet());

/** The code and the message of the refusal; null for a sheet with all its rows. */
async function refusalOf(
  kind: 'zip' | 'xlsx',
  bytes: Buffer,
): Promise<[code: string, message: string] | null> {
  const file = path.join(folder, kind);
  fs.writeFileSync(file, bytes);
  try {
    const { problems, contents } = await readSheet({ kind, path: file }, reading);
    if (problems[0]) return [problems[0].code, problems[0].problem.message];
    t.same(
      contents.map(({ records }) => records.length),
      [1, 1, 1],
    );
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad_input') throw error;
    return [String(error.details?.code), error.message];
  }
}

const csvParts = (more: Partial<Part> = {}): Part[] =>
  Object.entries(filesOf(sheet())).map(([name, text]) => ({ ...more, name, data: Buffer.from(text) }));

/** The worksheet of the experiences is the second part. */
function bookParts(more: Partial<Part> = {}): Part[] {
  const { Experiences, ...others } = worksheets;
  const parts = workbookParts({ worksheets: { Experiences, ...others } });
  const plain = parts.map(({ name, data }) => ({ ...more, name, ...(data ? { data } : {}) }));
  const [first, ...rest] = plain.filter(({ name }) => name !== 'xl/worksheets/sheet1.xml') as [
    Part,
    ...Part[],
  ];
  const victim = plain.find(({ name }) => name === 'xl/worksheets/sheet1.xml') as Part;
  return [first, victim, ...rest];
}

/** The codes that differ from those of a snapshot, whose limits are lower. A workbook that was unpacked and zipped again lists
 *  its folders. */
const differs: Record<string, Record<string, string | null>> = {
  zip: { 62: 'missing_tab', 80: 'zip_damaged' },
  xlsx: { '04': null, 62: 'not_a_workbook', 80: 'zip_damaged', 82: 'zip_headers', 83: 'zip_spans' },
};

for (const [kind, parts] of [
  ['zip', csvParts],
  ['xlsx', bookParts],
] as const) {
  t.test(`each hostile archive is refused as a sheet of the kind ${kind}`, async (t) => {
    for (const [id, what, code, zip] of hostileArchives(parts)) {
      const found = await refusalOf(kind, zip());
      const expected = differs[kind]?.[id] === undefined ? code : differs[kind][id];
      t.equal(found?.[0] ?? null, expected, `${id}: ${what}`);
      if (found) t.match(found[1], /^\S.+\.$/u, `${id}: ${found[1]}`);
    }
  });
}

t.test('a ZIP that is larger than a sheet can be is refused by its headers', async (t) => {
  const data = Buffer.from('x');
  const many = (count: number, name: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => ({ name: name(at), data }));
  const huge = { raw: Buffer.alloc(600_000), method: 8, size: 257 * 1024 * 1024 };
  const long = 'x'.repeat(2000);
  const archives: [kind: 'zip' | 'xlsx', code: string, more: Part[]][] = [
    ['zip', 'zip_entries', many(62, (at) => `${at}.csv`)],
    ['zip', 'zip_directory', many(40, (at) => `${long}${at}.csv`)],
    ['zip', 'zip_size', [{ name: 'a.csv', ...huge }]],
    ['xlsx', 'zip_entries', many(4000, (at) => `xl/${at}.xml`)],
    ['xlsx', 'zip_directory', many(600, (at) => `xl/${long}${at}.xml`)],
    ['xlsx', 'zip_size', [{ name: 'xl/a.xml', ...huge }]],
    ['xlsx', 'zip_name', many(1, () => 'xl/a\\b.xml')],
    ['xlsx', 'zip_name', many(1, () => 'xl/a.')],
  ];
  for (const [kind, code, more] of archives) {
    const parts = kind === 'zip' ? csvParts() : bookParts();
    t.equal((await refusalOf(kind, buildZip([...parts, ...more])))?.[0], code, `${kind} ${code}`);
  }
});

const entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
const external = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
const xmlOf = (part: string) => String(bookParts().find(({ name }) => name === part)?.data);
const withProlog = (part: string, prolog: string): Book => ({
  worksheets,
  parts: { [part]: xmlOf(part).replace('?>', `?>${prolog}`) },
});

t.test('XML with a document type, with entities or in another encoding is refused', async (t) => {
  const strings = xmlOf('xl/sharedStrings.xml');
  const books: [what: string, Book][] = [
    ['entities in a worksheet', withProlog('xl/worksheets/sheet1.xml', entities)],
    ['entities in the shared strings', withProlog('xl/sharedStrings.xml', entities)],
    ['an external entity in the styles', withProlog('xl/styles.xml', external)],
    ['an external entity in the workbook', withProlog('xl/workbook.xml', external)],
    ['an external entity in the relationships', withProlog('_rels/.rels', external)],
    [
      'a document type without entities',
      withProlog('xl/workbook.xml', '<!DOCTYPE x SYSTEM "file:///x.dtd">'),
    ],
    ['UTF-16', { worksheets, parts: { 'xl/sharedStrings.xml': Buffer.from(`\ufeff${strings}`, 'utf16le') } }],
    ['UTF-16 without a mark', { worksheets, parts: { 'xl/workbook.xml': Buffer.from(strings, 'utf16le') } }],
    [
      'another encoding',
      { worksheets, parts: { 'xl/sharedStrings.xml': strings.replace('UTF-8', 'UTF-7') } },
    ],
    ['broken UTF-8', { worksheets, parts: { 'xl/sharedStrings.xml': Buffer.from([0x3c, 0xff, 0xff]) } }],
  ];
  for (const [what, book] of books)
    t.match(await refusalOf('xlsx', buildWorkbook(book)), ['xml_unsafe'], what);
});

t.test('a damaged workbook, or another package, is one sentence', async (t) => {
  const sheet1 = xmlOf('xl/worksheets/sheet1.xml');
  const books: [what: string, code: string, Book][] = [
    ['cut XML', 'not_a_workbook', { worksheets, parts: { 'xl/sharedStrings.xml': '<sst><si><t>a' } }],
    ['no workbook', 'not_a_workbook', { worksheets, parts: { 'xl/workbook.xml': null } }],
    ['no relationships', 'not_a_workbook', { worksheets, parts: { '_rels/.rels': null } }],
    ['a chart for a tab', 'unreadable_tab', { worksheets, parts: { 'xl/worksheets/sheet1.xml': null } }],
    [
      'a cell outside of all sheets',
      'too_sparse',
      { worksheets, parts: { 'xl/worksheets/sheet1.xml': sheet1.replace('r="A2"', 'r="XFE1048577"') } },
    ],
    [
      'a cell in a column behind the last',
      'too_sparse',
      { worksheets, parts: { 'xl/worksheets/sheet1.xml': sheet1.replace('r="A2"', 'r="XFE2"') } },
    ],
    [
      'one cell in the last corner',
      'too_sparse',
      { worksheets, parts: { 'xl/worksheets/sheet1.xml': sheet1.replace('r="A2"', 'r="XFD1048576"') } },
    ],
  ];
  for (const [what, code, book] of books) {
    const found = await refusalOf('xlsx', buildWorkbook(book));
    t.equal(found?.[0], code, what);
    t.match(found?.[1], /^\p{Lu}.+\.$/u);
  }
});

t.test('formats of empty cells up to the last corner, and a false dimension, take no memory', async (t) => {
  const empty = '<c r="XFD1048576" s="0"/><c r="XFC1048576" s="0"></c>';
  const parts = Object.fromEntries(
    tabs.map((_, at) => {
      const name = `xl/worksheets/sheet${at + 1}.xml`;
      const xml = String(workbookParts({ worksheets }).find((part) => part.name === name)?.data);
      const row = `<row r="1048576">${empty}</row></sheetData>`;
      return [
        name,
        xml
          .replace('<sheetData>', '<dimension ref="A1:XFD1048576"/><sheetData>')
          .replace('</sheetData>', row),
      ];
    }),
  );
  t.equal(await refusalOf('xlsx', buildWorkbook({ worksheets, parts })), null);
});
