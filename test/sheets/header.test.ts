// Headers that are wrong, and headers that are read although they are spelled otherwise.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { check, refuse, rewrite } from '../support/bad-sheets.ts';
import { makeRoot, sheet, writeSheet } from '../support/library.ts';
import { checkFolder, importFolder, nothing } from '../support/plan.ts';

t.test('a tab without a header, and tabs that were swapped, are one problem each', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet());
  rewrite(folder, { 'categories.csv': (text) => text.replace(/^.*\r\n/, '') });
  fs.copyFileSync(path.join(folder, 'manuals.csv'), path.join(folder, 'experiences.csv'));
  const { details } = check(root, folder);
  t.match(details, {
    total: 2,
    problems: [
      {
        tab: 'Categories',
        row: 1,
        message:
          'Row 1 has none of the headers. Found: GIT, Name of GIT, , 2026-01-02T03:04:05.000Z. The header of categories.csv is code,name,description,created_at.',
      },
      {
        tab: 'Experiences',
        row: 1,
        message: 'The columns are those of Manuals. Put the rows of Experiences into experiences.csv.',
      },
    ],
  });
});

t.test('line ends that CSV does not have are named', async (t) => {
  const details = refuse(t, {
    'categories.csv': (text) => text.replaceAll('\r\n', '\u0085'),
    'manuals.csv': (text) => text.replaceAll('\r\n', '\u2028'),
  });
  const advice = 'where a line end is expected. Save the file with CRLF or LF line ends.';
  t.match(details, {
    total: 2,
    problems: [
      { message: `The header has <U+0085> ${advice}` },
      { message: `The header has <U+2028> ${advice}` },
    ],
  });
});

t.test('several missing headers are one problem', async (t) => {
  const details = refuse(t, {
    'categories.csv': (text) => text.replace('name,description', 'Bezeichnung,Beschreibung'),
    'experiences.csv': (text) =>
      text.replace('title', 'Titel').replace('section', 'Abschnitt').replace('playbook', 'playbok'),
  });
  const found = 'id, category_code, Abschnitt, Titel, playbok, context, source, sync_status, author';
  t.match(details, {
    total: 2,
    problems: [
      {
        column: null,
        message:
          'The headers “name” and “description” are missing. Found: code, Bezeichnung, Beschreibung, created_at. Rename the columns that hold them, or add them; cells may be empty where the column allows it.',
      },
      {
        column: null,
        message: `The headers “section”, “title” and “playbook” are missing. Found: ${found}, embedding_status, created_at, updated_at, synced_at, exported_at. Rename “playbok” to “playbook”. Rename the columns that hold the others, or add them; cells may be empty where the column allows it.`,
      },
    ],
  });
});

t.test('a header is read whatever its case and its hidden characters, with a warning', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet());
  rewrite(folder, {
    'categories.csv': (text) => `\uFEFF\uFEFF${text}`,
    'experiences.csv': (text) =>
      text
        .replace('title', 'title\u00a0')
        .replace('category_code', ' Category\u200b_CODE')
        .replace('author', '"author\n"')
        .replace('sync_status', 'Sync-Status')
        .replace('section', 'ｓｅｃｔｉｏｎ')
        .replace('created_at', 'createdAt:'),
  });
  t.strictSame(
    checkFolder(folder).warnings.map(({ row, column, message }) => [row, column, message]),
    [
      [1, 'category_code', 'The header is “ Category<U+200B>_CODE”; it is read as “category_code”.'],
      [1, 'section', 'The header is “ｓｅｃｔｉｏｎ”; it is read as “section”.'],
      [1, 'title', 'The header is “title<U+00A0>”; it is read as “title”.'],
      [1, 'sync_status', 'The header is “Sync-Status”; it is read as “sync_status”.'],
      [1, 'author', 'The header is “author\n”; it is read as “author”.'],
      [1, 'created_at', 'The header is “createdAt:”; it is read as “created_at”.'],
    ],
  );
  t.strictSame(importFolder(root, folder).counts, { ...nothing, added: 3 });
});

t.test('headers that differ only in hidden characters occur twice, and NUL is never left out', async (t) => {
  const details = refuse(t, {
    'categories.csv': (text) => text.replace('created_at', 'name\u200b'),
    'manuals.csv': (text) => text.replace('title', 'tit\0le'),
  });
  t.match(details, {
    total: 2,
    problems: [
      {
        column: 'name',
        message:
          'The header “name” occurs twice (“name”, “name<U+200B>”). Remove or rename one of the columns.',
      },
      { column: 'title', message: 'The header “title” is missing. Rename “tit<U+0000>le” to “title”.' },
    ],
  });
});

t.test('a column without a header is left out, with a warning if it has text', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet());
  rewrite(folder, {
    'categories.csv': (text) => text.replaceAll('\r\n', ',,\r\n'),
    'manuals.csv': (text) => text.replace('\r\n', ',,\r\n').replace(/\r\n$/, ',,note\r\n'),
  });
  t.match(checkFolder(folder).warnings, [
    { tab: 'Manuals', message: 'Column 15 has no header; its cells were left out.' },
  ]);
});
