// Tabs that are not CSV in UTF-8, or whose header is not in row 1: one problem says what they are and what to do.
import t from 'tap';
import { tabFiles } from '../../src/sheets/tabs.ts';
import { type Change, refuse, rewrite } from '../support/bad-sheets.ts';
import { category, experience, makeRoot, sheet, writeSheet } from '../support/library.ts';
import { importFolder, nothing } from '../support/plan.ts';

const everyFile = (change: Change) => Object.fromEntries(tabFiles.map((file) => [file, change]));
const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
const unquoted = (text: string, delimiter: string) => text.replaceAll(',', delimiter);
const all = 'categories.csv, experiences.csv and manuals.csv are';
const save = 'Save as CSV in UTF-8.';
const saveSheets = 'Open it in a spreadsheet program and save each sheet as CSV in UTF-8.';
const delimiters = 'Save with commas, semicolons or tabs between the cells.';
const straight = 'Use straight double quotes (").';
const spaced = 'separated by delimiters with a space. Remove the space behind each delimiter.';
const deleteLine = 'Delete that line; the delimiter is found without it.';
const headerOnly =
  'split into cells in the header only. Use its delimiter in all rows, without quotes around a whole row.';
const quotedWith = (open: string, close: string) => (text: string) =>
  text.replaceAll(/[^,\r\n]+/g, `${open}$&${close}`);

const everyTab: [string, Change, string][] = [
  [
    'UTF-16 with a byte order mark',
    (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    `${all} UTF-16 text. ${save}`,
  ],
  ['big-endian UTF-16 with a mark', (text) => swapped(`\uFEFF${text}`), `${all} UTF-16 text. ${save}`],
  ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le'), `${all} UTF-16 text. ${save}`],
  ['big-endian UTF-16 without a mark', swapped, `${all} UTF-16 text. ${save}`],
  [
    'UTF-32',
    (text) => Buffer.from(Uint32Array.from(Buffer.from(text)).buffer),
    `${all} UTF-32 text. ${save}`,
  ],
  [
    'a line sep=;',
    (text) => `sep=;\r\n${unquoted(text, ';')}`,
    `${all} introduced by a line “sep=;”, which is no header. ${deleteLine}`,
  ],
  [
    'a quoted line sep=, after a mark',
    (text) => `\uFEFF"sep=,"\n${text}`,
    `${all} introduced by a line “sep=,”, which is no header. ${deleteLine}`,
  ],
  ['pipes', (text) => unquoted(text, '|'), `${all} separated by “|”. ${delimiters}`],
  ['pipes and quotes', (text) => `"${unquoted(text, '"|"')}`, `${all} separated by “|”. ${delimiters}`],
  ['full-width commas', (text) => unquoted(text, '，'), `${all} separated by “，”. ${delimiters}`],
  ['spaces', (text) => unquoted(text, '   '), `${all} separated by spaces. ${delimiters}`],
  [
    'quotes around each row',
    (text) => text.replace(/.+/g, '"$&"'),
    `${all} quoted row by row. Remove the quotes around each row.`,
  ],
  ['single quotes', quotedWith("'", "'"), `${all} quoted with single quotes. ${straight}`],
  ['typographic quotes', quotedWith('“', '”'), `${all} quoted with typographic quotes. ${straight}`],
  ['German quotes', quotedWith('„', '“'), `${all} quoted with typographic quotes. ${straight}`],
  ['French quotes', quotedWith('«', '»'), `${all} quoted with typographic quotes. ${straight}`],
  ['spaces after commas', (text) => unquoted(text, ', '), `${all} ${spaced}`],
  [
    'spaces after commas, and quotes',
    (text) => quotedWith('"', '"')(text).replaceAll(',', ', '),
    `${all} ${spaced}`,
  ],
  [
    'spaces around sep',
    (text) => `SEP = ;\r\n${unquoted(text, ';')}`,
    `${all} introduced by a line “sep=;”, which is no header. ${deleteLine}`,
  ],
  [
    'sep in single quotes below a blank row',
    (text) => `\r\n'sep=\\t'\r\n${unquoted(text, '\t')}`,
    `${all} introduced by a line “sep=\\t”, which is no header. ${deleteLine}`,
  ],
  [
    'a line of PowerShell',
    (text) => `#TYPE System.Object\r\n${quotedWith('"', '"')(text)}`,
    `${all} introduced by “#TYPE System.Object”. The header is in row 2, but belongs in row 1: delete row 1.`,
  ],
  [
    'comments',
    (text) => `# exported by mara\n#\n${text}`,
    `${all} introduced by “# exported by mara”. The header is in row 3, but belongs in row 1: delete rows 1 to 2.`,
  ],
  [
    'rows of another delimiter than the header',
    (text) => text.replace(/\n.+/s, (rows) => unquoted(rows, ';')),
    `${all} ${headerOnly}`,
  ],
  [
    'rows in quotes below a header without',
    (text) => text.replace(/\n.+/s, (rows) => rows.replace(/.+/g, '"$&"')),
    `${all} ${headerOnly}`,
  ],
  ['no content', () => '', `${all} empty. Export the tab again.`],
  ['blank lines', () => '\uFEFF\r\n \r\n', `${all} empty. Export the tab again.`],
];

for (const [name, change, message] of everyTab) {
  t.test(`three tabs with ${name} are one problem`, async (t) => {
    t.match(refuse(t, everyFile(change)), {
      code: 'unreadable_tab',
      total: 1,
      problems: [{ tab: 'Categories', row: null, message }],
    });
  });
}

const one: [string, string | Buffer, string][] = [
  [
    'an Excel workbook',
    'PK\x03\x04\x14\0\x06\0[Content_Types].xml',
    `in Excel format (.xlsx), not CSV. ${saveSheets}`,
  ],
  [
    'an old Excel workbook',
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    `in the old Excel format (.xls), not CSV. ${saveSheets}`,
  ],
  [
    'an OpenDocument spreadsheet',
    'PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
    `in OpenDocument format (.ods), not CSV. ${saveSheets}`,
  ],
  ['a ZIP archive', 'PK\x03\x04\x14\0experiences.csv', 'a ZIP archive, not CSV. Unpack it first.'],
  ['a gzip file', Buffer.from('1f8b0800000000000003', 'hex'), 'compressed. Unpack it first.'],
  ['a PDF document', '%PDF-1.7\n', `PDF, not CSV. ${save}`],
  ['JSON', '[{"id": "EXP-1"}]', `JSON, not CSV. ${save}`],
  ['XML', '\uFEFF<?xml version="1.0"?><Workbook>', `XML, not CSV. ${save}`],
  [
    'a web page',
    '\n<!DOCTYPE html><html><body>Sign in</body></html>',
    'HTML (a web page), not CSV. A download that needs a sign-in gives such a page: sign in, and download the CSV again.',
  ],
  ...[
    '-- MySQL dump 10.13\n--\n\nDROP TABLE IF EXISTS `x`;\n',
    '--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n',
    '/* by mara */ CREATE TABLE x (id, title);\n',
    'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n',
    "INSERT INTO x (id, title) VALUES ('EXP-1', 'a');\n",
    'COPY public.x (id, title) FROM stdin;\nEXP-1\ta\n',
  ].map((statements): [string, string, string] => [
    `the dump “${statements.trim()}”`,
    statements,
    'SQL statements, not CSV. Export each tab as CSV in UTF-8.',
  ]),
  [
    'a table as MySQL prints it',
    '+----+-------+\n| id | title |\n+----+-------+\n| 1  | a     |\n',
    `a table drawn with lines, not CSV. ${save}`,
  ],
  ['SYLK', 'ID;PWXL;N;E\r\nC;Y1;X1;K"id"\r\nE\r\n', `in SYLK format (.slk), not CSV. ${saveSheets}`],
  ['DIF', 'TABLE\r\n0,1\r\n"EXCEL"\r\n', `in DIF format (.dif), not CSV. ${saveSheets}`],
  [
    'a web archive of Excel',
    'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n',
    `a web archive (.mht), not CSV. ${saveSheets}`,
  ],
  [
    'a table of Excel in HTML',
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>id</td></tr></table></html>',
    `HTML by a spreadsheet program, not CSV. ${saveSheets}`,
  ],
  [
    'a link to a Google sheet',
    '{"":"WARNING! DO NOT EDIT THIS FILE!","doc_id":"1x","email":"mara@example.com"}',
    'a link to a sheet, not its content. Open the link, and download the sheet as CSV.',
  ],
  [
    'a link of Windows',
    '[InternetShortcut]\r\nURL=https://docs.google.com/spreadsheets/d/1x\r\n',
    'a link to a sheet, not its content. Open the link, and download the sheet as CSV.',
  ],
  ['a RAR archive', Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), 'compressed. Unpack it first.'],
  ['YAML', '---\n- id: EXP-1\n', `YAML, not CSV. ${save}`],
  [
    'UTF-16 text behind UTF-8 text',
    Buffer.concat([
      Buffer.from(`id,title\r\n${'EXP-1,a\r\n'.repeat(2000)}`),
      Buffer.from('EXP-2,b\r\n', 'utf16le'),
    ]),
    `UTF-16 text from line 2002 on. ${save}`,
  ],
  [
    'UTF-16 text without a mark that begins with other letters',
    Buffer.from('ライブラリ,,\r\nid,title\r\n', 'utf16le'),
    `UTF-16 text. ${save}`,
  ],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), `not text. ${save}`],
  [
    'a merge conflict',
    'id,title\n<<<<<<< HEAD\na,b\n=======\na,c\n>>>>>>> main\n',
    'marked with a merge conflict. Resolve the conflict first.',
  ],
];

for (const [name, content, message] of one) {
  t.test(`${name} saved as .csv is one problem`, async (t) => {
    t.match(refuse(t, { 'experiences.csv': () => content }), {
      total: 1,
      problems: [{ tab: 'Experiences', message: `experiences.csv is ${message}` }],
    });
  });
}

const misplaced: [string, Change, string][] = [
  [
    'an empty row',
    (text) => `,,,\r\n${text}`,
    'introduced by an empty row. The header is in row 2, but belongs in row 1: delete row 1.',
  ],
  [
    'empty rows of a file with semicolons',
    (text) => `;;\r\n\r\n${unquoted(text, ';')}`,
    'introduced by 2 empty rows. The header is in row 3, but belongs in row 1: delete rows 1 to 2.',
  ],
  [
    'a title',
    (text) => `,Export of the library,,\r\n,,\r\n${text}`,
    'introduced by “Export of the library”. The header is in row 3, but belongs in row 1: delete rows 1 to 2.',
  ],
];

for (const [name, change, message] of misplaced) {
  t.test(`${name} above the header is one problem`, async (t) => {
    t.match(refuse(t, { 'categories.csv': change }), {
      total: 1,
      problems: [{ tab: 'Categories', message: `categories.csv is ${message}` }],
    });
  });
}

const umlauts = {
  categories: [category({ name: 'Gärten' })],
  experiences: Array.from({ length: 30 }, (_, at) =>
    experience({ id: `EXP-${at}`, title: 'Größe', author: 'Zoë' }),
  ),
};

t.test('tabs in another encoding are one problem, with the first place that shows it', async (t) => {
  const latin1 = everyFile((text) => Buffer.from(text, 'latin1'));
  t.match(refuse(t, latin1, umlauts), {
    code: 'unreadable_tab',
    total: 1,
    problems: [
      {
        tab: 'Categories',
        message:
          'categories.csv and experiences.csv are not UTF-8 text. The name in row 2 of categories.csv reads “G\uFFFDrten”. Save as CSV in UTF-8.',
      },
    ],
  });
});

t.test('a few cells in another encoding are told cell by cell', async (t) => {
  const broken = Buffer.from('EXP-30,GIT,useful,gr\xfcn,text,,global,synced,\r\n', 'latin1');
  const append = (text: string) => Buffer.concat([Buffer.from(text), broken]);
  t.match(refuse(t, { 'experiences.csv': append }, umlauts), {
    code: 'invalid_rows',
    total: 1,
    problems: [{ tab: 'Experiences', row: 32, column: 'title', value: 'gr\uFFFDn' }],
  });
});

t.test('a column that is never read may have any encoding', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet());
  rewrite(folder, {
    'categories.csv': (text) =>
      Buffer.from(text.replace('\r\n', ',Prüfer\r\n').replace(/\r\n$/, ',Jörg\r\n'), 'latin1'),
  });
  t.strictSame(importFolder(root, folder).counts, { ...nothing, added: 3 });
});
