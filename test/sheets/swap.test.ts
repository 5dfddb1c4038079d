import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { mendExport, previousPlace, swapIn, writingPlace } from '../../src/sheets/swap.ts';

/** Folders named by what is in them: `review: 'old'` is a sheet whose categories.csv says "old". */
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
  return { place: path.join(folder, 'review'), read };
}

t.test('a sheet is swapped in whole, and the one before is kept', async (t) => {
  const { place, read } = makeSheets(t, {
    review: 'old',
    'review.previous': 'oldest',
    'review.writing': 'new',
  });
  swapIn(place);
  t.strictSame(read(), { review: 'new', 'review.previous': 'old' });
});

t.test('the first sheet has no previous one', async (t) => {
  const { place, read } = makeSheets(t, { 'review.writing': 'new' });
  swapIn(place);
  t.strictSame(read(), { review: 'new' });
});

t.test('an export that died is mended, whenever it died', async (t) => {
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
  for (const [moment, left, mended] of moments) {
    await t.test(moment, async (t) => {
      const { place, read } = makeSheets(t, left);
      t.equal(mendExport(place), 'review.writing' in left);
      t.strictSame(read(), mended);
      t.equal(mendExport(place), false, 'and once is enough');
    });
  }
});

t.test('a sheet that somebody has removed stays removed', async (t) => {
  const { place, read } = makeSheets(t, { 'review.previous': 'old' });
  t.equal(mendExport(place), false);
  t.strictSame(read(), { 'review.previous': 'old' });
});

t.test('a folder that holds anything else is not removed', async (t) => {
  const { place } = makeSheets(t, { review: 'old', 'review.writing': 'new' });
  fs.writeFileSync(path.join(writingPlace(place), 'letter.txt'), 'mine');
  t.throws(() => mendExport(place), { code: 'ENOTEMPTY' });
  t.ok(fs.existsSync(path.join(writingPlace(place), 'letter.txt')));
  t.notOk(fs.existsSync(previousPlace(place)));
});
