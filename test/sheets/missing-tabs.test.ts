// Tabs that a folder lacks: one problem says where they probably are.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { tabFiles } from '../../src/sheets/tabs.ts';
import { check } from '../support/bad-sheets.ts';
import { makeRoot, sheet, writeSheet } from '../support/library.ts';

t.test('tabs that are named as downloads are, are one problem with the names to give', async (t) => {
  const names: [string, string[], string][] = [
    [
      'by Google',
      ['Library - Categories.csv', 'Library - Experiences.csv', 'Library - Manuals.csv'],
      'Rename “Library - Categories.csv” to “categories.csv”, “Library - Experiences.csv” to “experiences.csv” and “Library - Manuals.csv” to “manuals.csv”.',
    ],
    [
      'by a browser and by Windows',
      ['categories (1).csv', 'Experiences.CSV', 'manuals.csv.txt'],
      'Rename “categories (1).csv” to “categories.csv”, “Experiences.CSV” to “experiences.csv” and “manuals.csv.txt” to “manuals.csv”.',
    ],
    [
      'twice',
      ['categories.csv', 'experiences (1).csv', 'experiences - Copy.csv', 'manuals.csv'],
      'Rename one of “experiences (1).csv” and “experiences - Copy.csv” to “experiences.csv”.',
    ],
    [
      'in decomposed letters',
      ['Catégories.csv'.normalize('NFD'), 'experiences.csv', 'manuals.csv'],
      `Rename “${'Catégories.csv'.normalize('NFD')}” to “categories.csv”.`,
    ],
    [
      'and packed',
      ['categories.csv.gz', 'experiences.csv', 'manuals.csv'],
      'Unpack “categories.csv.gz” first.',
    ],
    [
      'and not downloaded yet',
      ['categories.csv.crdownload', 'experiences.csv.part', 'manuals.csv'],
      'Wait for the download of “categories.csv.crdownload” and “experiences.csv.part”, or repeat it.',
    ],
    [
      'as workbooks',
      ['Library.xlsx', 'categories.csv'],
      'Save the sheets of “Library.xlsx” as CSV in UTF-8: experiences.csv and manuals.csv.',
    ],
  ];
  for (const [name, files, advice] of names) {
    await t.test(name, async (t) => {
      const root = makeRoot(t);
      const folder = writeSheet(root, sheet());
      const order = files.length === 4 ? [0, 1, 1, 2] : files.length === 2 ? [1, 0] : [0, 1, 2];
      const texts = order.map((at) => fs.readFileSync(path.join(folder, `${tabFiles[at]}`)));
      for (const file of tabFiles) fs.rmSync(path.join(folder, file));
      for (const [at, file] of files.entries()) fs.writeFileSync(path.join(folder, file), texts[at] ?? '');
      const { details } = check(root, folder);
      t.match(details, { code: 'missing_tab', total: 1 });
      const message = (details?.problems as { message: string }[] | undefined)?.[0]?.message ?? '';
      t.ok(message.endsWith(advice), message);
    });
  }
});

t.test('tabs in a folder of the folder are found there', async (t) => {
  const root = makeRoot(t);
  const folder = path.dirname(writeSheet(root, sheet(), 'sheets/published/Library 2026'));
  const { details } = check(root, folder);
  t.match(details, {
    total: 1,
    problems: [
      {
        message:
          'categories.csv, experiences.csv and manuals.csv are missing. Found: Library 2026. The folder “Library 2026” has such files: import that one, or move them up.',
      },
    ],
  });
});
