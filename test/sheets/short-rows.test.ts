// Rows that are shorter or longer than the header, as spreadsheet programs write them.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { testRefusals } from '../support/bad-sheets.ts';
import { makeRoot, type Root, sheet, writeSheet } from '../support/library.ts';
import { importFolder, nothing, now } from '../support/plan.ts';

const header =
  'id,category_code,section,title,playbook,context,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at';
const compared = (id: string) => `${id},GIT,useful,A title,A text,,local,synced,ada`;

/** A sheet whose Experiences tab has these lines. */
function writeExperiences(root: Root, lines: string[]): string {
  const folder = writeSheet(root, sheet());
  fs.writeFileSync(path.join(folder, 'experiences.csv'), `${lines.join('\r\n')}\r\n`);
  return folder;
}

t.test('a row may end before columns that are never compared', async (t) => {
  const root = makeRoot(t);
  const created = '2026-11-01T08:00:00.000Z';
  const folder = writeExperiences(root, [
    header,
    `${compared('EXP-1')},pending,${created},${created},,`,
    `${compared('EXP-2')},pending,${created}`,
    compared('EXP-3'),
  ]);
  t.strictSame(importFolder(root, folder).counts, { ...nothing, added: 5 });
  t.strictSame(root.db.prepare('SELECT id, author, created_at FROM experiences ORDER BY id').raw().all(), [
    ['EXP-1', 'ada', created],
    ['EXP-2', 'ada', created],
    ['EXP-3', 'ada', now],
  ]);
  t.strictSame(importFolder(root, folder).counts, { ...nothing, unchanged: 5 });
});

t.test('a row may end before unknown columns, and may have empty cells after the last one', async (t) => {
  const root = makeRoot(t);
  const folder = writeExperiences(root, [
    `${header},Reviewer,`,
    compared('EXP-1'),
    `${compared('EXP-2')},pending,,,,,mara,,,,`,
  ]);
  t.strictSame(importFolder(root, folder).counts, { ...nothing, added: 4 });
});

t.test('a row in which nothing can be seen is blank', async (t) => {
  const root = makeRoot(t);
  const folder = writeExperiences(root, [
    header,
    `${compared('EXP-1')},,,,,,\u200b,\u2800`,
    ' , ,\u00a0',
    '\t',
    '\u200b,\ufeff,,',
    '"",""',
    '\x1a',
  ]);
  t.strictSame(importFolder(root, folder).counts, { ...nothing, added: 3 });
});

t.test('rows that repeat the header are left out with a warning', async (t) => {
  const root = makeRoot(t);
  const folder = writeExperiences(root, [header, compared('EXP-1'), header, `\ufeff${header.toUpperCase()}`]);
  const { counts, warnings } = importFolder(root, folder);
  t.strictSame(counts, { ...nothing, added: 3 });
  const message = 'The row repeats the header; it was left out.';
  t.match(warnings, [
    { tab: 'Experiences', row: 3, column: null, message },
    { tab: 'Experiences', row: 4, column: null, message },
  ]);
});

testRefusals([
  {
    title: 'rows that end before a compared column, and a row with text after the last one',
    isOfFiles: true,
    spoil: (folder) =>
      fs.writeFileSync(
        path.join(folder, 'experiences.csv'),
        [header, compared('EXP-1').slice(0, -4), 'EXP-2', `${compared('EXP-3')},,,,,,,,lost`, ''].join('\n'),
      ),
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        2,
        'author',
        null,
        'The row has 8 cells, but the header has 14. A delimiter is missing, or a cell that holds one is not in quotes.',
      ],
      [
        'Experiences',
        3,
        'category_code',
        null,
        'The row has 1 cell, but the header has 14. A delimiter is missing, or a cell that holds one is not in quotes.',
      ],
      [
        'Experiences',
        4,
        'column 17',
        null,
        'The row has 17 cells, but the header has 14. A delimiter is missing, or a cell that holds one is not in quotes.',
      ],
    ],
  },
]);
