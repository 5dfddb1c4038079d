import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { repairExport, previousFolder, swapIn, writingFolder } from '../../src/sheets/swap.ts';

/** `review: 'old'` is a folder `review` whose categories.csv holds "old". */
function makeSheets(t: Test, sheets: Record<string, string>) {
  const folder = t.testdir(
    Object.fromEntries(Object.entries(sheets).map(([name, text]) => [name, { 'categories.csv': text }])),
  );
  const read = () =>
    Object.fromEntries(
      fs
        .readdirSync(folder)
        .map((name) => [name, fs.readFileSync(path.join(folder, name, 'categories.csv'), 'utf8')]),
    );
  return { folder: path.join(folder, 'review'), read };
}

t.test('a complete sheet is swapped in, and the previous one is kept', async (t) => {
  const { folder, read } = makeSheets(t, {
    review: 'old',
    'review.previous': 'oldest',
    'review.writing': 'new',
  });
  swapIn(folder);
  t.strictSame(read(), { review: 'new', 'review.previous': 'old' });
});

t.test('the first sheet has no previous one', async (t) => {
  const { folder, read } = makeSheets(t, { 'review.writing': 'new' });
  swapIn(folder);
  t.strictSame(read(), { review: 'new' });
});

t.test('an export is repaired, whenever it died', async (t) => {
  const moments: [string, Record<string, string>, Record<string, string>][] = [
    ['while it wrote', { review: 'old', 'review.writing': 'ne' }, { review: 'old' }],
    ['before the first export was whole', { 'review.writing': 'ne' }, {}],
    ['between the renames', { 'review.previous': 'old', 'review.writing': 'new' }, { review: 'old' }],
    [
      'after the renames',
      { review: 'new', 'review.previous': 'old' },
      { review: 'new', 'review.previous': 'old' },
    ],
  ];
  for (const [moment, left, repaired] of moments) {
    await t.test(moment, async (t) => {
      const { folder, read } = makeSheets(t, left);
      t.equal(repairExport(folder), 'review.writing' in left);
      t.strictSame(read(), repaired);
      t.equal(repairExport(folder), false, 'and once is enough');
    });
  }
});

t.test('a sheet that was deleted by hand stays deleted', async (t) => {
  const { folder, read } = makeSheets(t, { 'review.previous': 'old' });
  t.equal(repairExport(folder), false);
  t.strictSame(read(), { 'review.previous': 'old' });
});

t.test('a folder with other files is not removed', async (t) => {
  const { folder } = makeSheets(t, { review: 'old', 'review.writing': 'new' });
  fs.writeFileSync(path.join(writingFolder(folder), 'letter.txt'), 'mine');
  t.throws(() => repairExport(folder), { code: 'ENOTEMPTY' });
  t.ok(fs.existsSync(path.join(writingFolder(folder), 'letter.txt')));
  t.notOk(fs.existsSync(previousFolder(folder)));
});
