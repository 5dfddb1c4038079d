// Files that are a sheet, or are recognised as something else; CSV files in a ZIP or an upload, under other names.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { hashSheet, readSheet } from '../../src/sheets/read-sheet.ts';
import type { FilePlace } from '../../src/sheets/location.ts';
import { recogniseSheetFile } from '../../src/sheets/sheet-file.ts';
import { filesOf, sheet } from '../support/library.ts';
import { reading } from '../support/plan.ts';
import { buildWorkbook, worksheetsOf } from '../support/workbook.ts';
import { buildZip } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const folder = makeFolder(t);
const [categories = '', experiences = '', manuals = ''] = Object.values(filesOf(sheet()));

function zipOf(names: string[]): Buffer {
  return buildZip(names.map((name) => ({ name, data: Buffer.from('x') })));
}

/** An OLE container whose directory names a stream. */
function ole(stream: string): Buffer {
  const bytes = Buffer.alloc(2048);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.writeUInt32LE(1, 48);
  bytes.write(stream, 1024, 'utf16le');
  return bytes;
}

const kinds: [what: string, Buffer | string, expected: RegExp][] = [
  ['a workbook', buildWorkbook({ worksheets: worksheetsOf(sheet()) }), /^xlsx$/],
  ['a ZIP', zipOf(['experiences.csv']), /^zip$/],
  ['CSV', categories, /^csv$/],
  ['a workbook with a password', ole('EncryptedPackage'), /protected by a password\. .*without the password/],
  ['an old workbook', ole('Workbook'), /old Excel format \(\.xls\)\. .*save it as \.xlsx/],
  [
    'OpenDocument',
    zipOf(['mimetype', 'content.xml', 'META-INF/manifest.xml']),
    /OpenDocument format \(\.ods\)/,
  ],
  ['Numbers', zipOf(['Index/Document.iwa']), /Numbers format\. Export it from Numbers as Excel/],
  [
    'a binary workbook',
    zipOf(['[Content_Types].xml', 'xl/workbook.bin']),
    /binary Excel workbook \(\.xlsb\)/,
  ],
  ['a Word document', zipOf(['[Content_Types].xml', 'word/document.xml']), /a Word document/],
  ['PDF', '%PDF-1.7', /^is PDF\. A sheet is a workbook/],
  ['an empty file', '', /^is empty\./],
];

t.test('a file is recognised by its content', async (t) => {
  const file = path.join(folder, 'file');
  for (const [what, content, expected] of kinds) {
    fs.writeFileSync(file, content);
    const found = recogniseSheetFile(file);
    t.match(found.kind === 'other' ? found.refusal : found.kind, expected, what);
  }
});

type Files = Record<string, string>;

async function read(kind: FilePlace['kind'], files: Files) {
  const target = fs.mkdtempSync(path.join(folder, kind));
  for (const [name, text] of Object.entries(files))
    fs.writeFileSync(path.join(target, path.basename(name)), text);
  const parts = Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) }));
  const zip = path.join(target, 'sheet.zip');
  if (kind === 'zip') fs.writeFileSync(zip, buildZip(parts));
  const place = { kind, path: kind === 'zip' ? zip : target };
  const content = await readSheet(place, reading);
  if (content.problems.length === 0) t.same(content.hashes, await hashSheet(place), kind);
  return content;
}

const named: [what: string, Files, kinds: FilePlace['kind'][]][] = [
  [
    'by Google',
    {
      'Library - Categories.csv': categories,
      'Library - Experiences.csv': experiences,
      'Library - Manuals.csv': manuals,
    },
    ['files', 'zip'],
  ],
  [
    'by a browser',
    { 'categories.csv': categories, 'Experiences (1).CSV': experiences, 'manuals.csv': manuals },
    ['files', 'zip'],
  ],
  [
    'in a folder, by the Finder',
    {
      'Library/categories.csv': categories,
      'Library/experiences.csv': experiences,
      'Library/manuals.csv': manuals,
      '__MACOSX/Library/._manuals.csv': 'x',
      'Library/.DS_Store': 'x',
    },
    ['zip'],
  ],
];

t.test('files are read under the names of downloads, with a warning for each other name', async (t) => {
  for (const [what, files, kinds] of named) {
    for (const kind of kinds) {
      const { contents, problems, warnings } = await read(kind, files);
      t.same(problems, [], `${what}, ${kind}`);
      t.same(
        contents.map(({ tab, records }) => [tab.name, records.length]),
        [
          ['Categories', 1],
          ['Experiences', 1],
          ['Manuals', 1],
        ],
      );
      const others = Object.keys(files).filter((name) => /Library - |\(1\)/.test(name));
      t.same(
        warnings.map(({ tab, message }) => [tab, message]),
        others.map((name) => {
          const [tab = ''] = /Categories|Experiences|Manuals/.exec(name) ?? [];
          return [tab, `The file “${name}” is read as ${tab.toLowerCase()}.csv.`];
        }),
      );
    }
  }
});

t.test('two files that fit one tab, and a missing one, are refused by name', async (t) => {
  const files = { 'categories.csv': categories, 'manuals.csv': manuals, 'manuals (1).csv': manuals };
  for (const kind of ['files', 'zip'] as const) {
    const { problems } = await read(kind, files);
    t.match(problems, [
      {
        code: 'ambiguous_tab',
        problem: {
          tab: 'Manuals',
          message: '2 files fit this tab: “manuals (1).csv” and “manuals.csv”. Leave only the right one.',
        },
      },
      {
        code: 'missing_tab',
        problem: { tab: 'Experiences', message: /^experiences\.csv is missing\. Found: / },
      },
    ]);
  }
});
