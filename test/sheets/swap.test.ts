import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { findUnfinished, previousPath, repairExport, swapIn, writingPath } from '../../src/sheets/swap.ts';
import { makeFolder } from '../support/folder.ts';

/** A sheet is a folder whose categories.csv holds the text, or a file that holds it. */
type Kind = {
  ending: string;
  make: (text: string) => string | Record<string, string>;
  read: (file: string) => string;
};

const kinds: Record<string, Kind> = {
  folder: {
    ending: '',
    make: (text) => ({ 'categories.csv': text }),
    read: (folder) => fs.readFileSync(path.join(folder, 'categories.csv'), 'utf8'),
  },
  workbook: { ending: '.xlsx', make: (text) => text, read: (file) => fs.readFileSync(file, 'utf8') },
};

/** Makes sheets whose names have no ending: `review.previous`. `read` gives them by these names. */
function makeSheets(t: Test, { ending, make, read }: Kind, sheets: Record<string, string>) {
  const folder = makeFolder(
    t,
    Object.fromEntries(Object.entries(sheets).map(([name, text]) => [name + ending, make(text)])),
  );
  const readAll = () =>
    Object.fromEntries(
      fs
        .readdirSync(folder)
        .map((name) => [name.slice(0, name.length - ending.length), read(path.join(folder, name))]),
    );
  return { folder, sheet: path.join(folder, `review${ending}`), readAll };
}

for (const [name, kind] of Object.entries(kinds)) {
  t.test(`a complete ${name} is swapped in, and the previous one is kept`, async (t) => {
    const { sheet, readAll } = makeSheets(t, kind, {
      review: 'old',
      'review.previous': 'oldest',
      'review.writing': 'new',
    });
    swapIn(sheet);
    t.strictSame(readAll(), { review: 'new', 'review.previous': 'old' });
  });

  t.test(`the first ${name} has no previous one`, async (t) => {
    const { sheet, readAll } = makeSheets(t, kind, { 'review.writing': 'new' });
    swapIn(sheet);
    t.strictSame(readAll(), { review: 'new' });
  });

  t.test(`an export of a ${name} is repaired, whenever it died`, async (t) => {
    const moments: [string, Record<string, string>, Record<string, string>][] = [
      ['while it wrote', { review: 'old', 'review.writing': 'ne' }, { review: 'old' }],
      [
        'while it wrote, after an earlier one',
        { review: 'old', 'review.previous': 'oldest', 'review.writing': 'ne' },
        { review: 'old', 'review.previous': 'oldest' },
      ],
      ['before the first export was whole', { 'review.writing': 'ne' }, {}],
      ['between the renames', { 'review.previous': 'old', 'review.writing': 'new' }, { review: 'old' }],
      [
        'after the renames',
        { review: 'new', 'review.previous': 'old' },
        { review: 'new', 'review.previous': 'old' },
      ],
      ['never: the sheet was deleted by hand', { 'review.previous': 'old' }, { 'review.previous': 'old' }],
    ];
    for (const [moment, left, repaired] of moments) {
      await t.test(moment, async (t) => {
        const { folder, sheet, readAll } = makeSheets(t, kind, left);
        const isUnfinished = 'review.writing' in left;
        t.strictSame(findUnfinished(folder), isUnfinished ? [sheet] : []);
        t.equal(repairExport(sheet), isUnfinished);
        t.strictSame(readAll(), repaired);
        t.equal(repairExport(sheet), false, 'and once is enough');
      });
    }
  });
}

t.test('a folder with other files is not removed', async (t) => {
  const { sheet } = makeSheets(t, kinds.folder as Kind, { review: 'old', 'review.writing': 'new' });
  fs.writeFileSync(path.join(writingPath(sheet), 'letter.txt'), 'mine');
  t.throws(() => repairExport(sheet), { code: 'ENOTEMPTY' });
  t.ok(fs.existsSync(path.join(writingPath(sheet), 'letter.txt')));
  t.notOk(fs.existsSync(previousPath(sheet)));
});
