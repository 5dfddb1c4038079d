// Times of a sheet that can and cannot be read.
import t from 'tap';
import { describeUnreadable, readTime, unreadable } from '../../src/sheets/times.ts';
import { category, experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';
import { importSheet, nothing, now, plan } from '../support/plan.ts';
import { runScript } from '../support/script.ts';

const good = '2026-01-02T03:04:05.000Z';

t.test('ISO 8601 with a date of the calendar is read as it is written', async (t) => {
  for (const text of [
    '2026-11-01',
    '2024-02-29',
    '2000-02-29T00:00',
    '2026-11-01 08:00:00',
    '2026-11-01T08:00:00Z',
    '2026-11-01T23:59:59.123456+00:00',
    '2026-11-01T08:00:00.5-0330',
    '2026-11-01T08:00+14:00',
    '2026-11-01 08:00:00.25+00',
    '2026-11-01 08:00:00 UTC',
    '2026-11-01 08:00:00 +0000',
    '2026-11-01t08:00:00z',
    '9999-12-31',
    '0001-01-01T00:00:00',
  ])
    t.equal(readTime(text), text, text);
  t.equal(readTime(' 2026-11-01\u00a0'), '2026-11-01');
  for (const text of ['', ' ', '\u200b']) t.equal(readTime(text), null);
});

t.test('anything else cannot be read', async (t) => {
  for (const text of [
    '46327.3333333333',
    '46327,33',
    '45000',
    '3/4/2024',
    '04.03.2024 10:00',
    '1 Nov 2026',
    'yesterday',
    '2024-02-30',
    '2026-02-29',
    '2026-00-10',
    '2026-13-01',
    '2026-11-00',
    '2026-11-31',
    '0000-00-00',
    '2026-11-01T24:00:00Z',
    '2026-11-01T08:60',
    '2026-11-01T23:59:60Z',
    '2026-11-01T08:00:00+15:00',
    '2026-11-01T08:00:00 CET',
    '2026-11-01 UTC',
    '2026-11-01T08:00:00+15',
    '2024-13-45',
    '2026-11-01T08:00:00[Europe/Berlin]',
    '12026-11-01',
    '+012026-11-01',
    '2026-11-1',
    '20261101',
    '1777622400',
    "'2026-11-01",
    '2026-11-01\0',
    '２０２６-11-01',
    '######',
  ])
    t.equal(readTime(text), unreadable, text);
});

t.test("Excel's numbers of days are explained", async (t) => {
  const expected = 'a time such as 2026-11-01T08:00:00Z is expected';
  const day = (at: string) => `${expected}. As Excel's number of a day, it would be ${at}.`;
  t.equal(describeUnreadable('46327.3333333333'), day('2026-11-01T08:00:00'));
  t.equal(describeUnreadable('46327,5'), day('2026-11-01T12:00:00'));
  t.equal(describeUnreadable('46327'), day('2026-11-01T00:00:00'));
  for (const text of ['1', '12345', '1777622400', '3/4/2024'])
    t.equal(describeUnreadable(text), `${expected}.`);
});

t.test('a time that cannot be read is a warning, and the entry gets another time', async (t) => {
  const root = makeRoot(t);
  const wrong = {
    created_at: '46327.25',
    updated_at: '3/4/2024',
    synced_at: '2024-02-31',
    exported_at: '24:00',
  };
  const content = sheet({
    categories: [category({ created_at: 'yesterday' })],
    experiences: [experience(wrong)],
    manuals: [manual({ created_at: '', updated_at: '' })],
  });
  const { counts, warnings } = importSheet(root, content);
  t.strictSame(counts, { ...nothing, added: 3 });
  const expected = 'a time such as 2026-11-01T08:00:00Z is expected';
  const gets = 'The new entry gets the time of this import.';
  t.strictSame(
    warnings.map(({ tab, row, column, value, message }) => [tab, row, column, value, message]),
    [
      [
        'Categories',
        2,
        'created_at',
        'yesterday',
        `The cell is “yesterday”; ${expected}. The new category gets the time of this import.`,
      ],
      [
        'Experiences',
        2,
        'created_at',
        '46327.25',
        `The cell is “46327.25”; ${expected}. As Excel's number of a day, it would be 2026-11-01T06:00:00. ${gets}`,
      ],
      ['Experiences', 2, 'updated_at', '3/4/2024', `The cell is “3/4/2024”; ${expected}. ${gets}`],
      ['Experiences', 2, 'synced_at', '2024-02-31', `The cell is “2024-02-31”; ${expected}. It stays empty.`],
      ['Experiences', 2, 'exported_at', '24:00', `The cell is “24:00”; ${expected}. It stays empty.`],
    ],
  );
  const times = () =>
    root.db.prepare('SELECT created_at, updated_at, synced_at, exported_at FROM experiences').raw().get();
  t.strictSame(times(), [now, now, null, null]);
  t.equal(root.db.prepare('SELECT created_at FROM categories').pluck().get(), now);
});

t.test("an existing entry keeps the library's times, whether it changes or not", async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  const wrong = (row = {}) => sheet({ experiences: [experience({ created_at: '46327.25', ...row })] });
  const unchanged = importSheet(root, wrong());
  t.strictSame(unchanged.counts, { ...nothing, unchanged: 3 });
  const keeps = /“46327.25”.*The entry keeps the time that the library has\.$/;
  t.match(unchanged.preview.warnings, [{ tab: 'Experiences', row: 2, column: 'created_at', message: keeps }]);
  const changed = importSheet(root, wrong({ author: 'Ada' }));
  t.strictSame(changed.counts, { ...nothing, changed: 1, unchanged: 2 });
  t.match(changed.warnings, [{ message: keeps }]);
  t.strictSame(root.db.prepare('SELECT created_at, updated_at FROM experiences').raw().get(), [good, now]);
});

t.test('a row that is refused has no warnings about its times', async (t) => {
  const root = makeRoot(t);
  const experiences = [
    experience({ title: '', created_at: '1' }),
    experience({ id: 'EXP-2', category_code: 'ZZZ', created_at: '1' }),
  ];
  const { warnings, rowProblems } = plan(root, sheet({ experiences }));
  t.strictSame([warnings, rowProblems.length], [[], 2]);
});

t.test('warnings are rows of the result, and counted', async (t) => {
  const root = makeRoot(t);
  writeSheet(
    root,
    sheet({
      experiences: Array.from({ length: 60 }, (_, at) =>
        experience({ id: `EXP-${at}`, created_at: '46327' }),
      ),
    }),
  );
  for (const dry_run of [true, false]) {
    const { code, result, rows, stdout } = await runScript(root.config, 'import', { dry_run });
    t.equal(code, 0);
    t.match(result, { added: 62, invalid: 0, warnings: 60 });
    t.equal((result?.preview as { warnings: unknown[] } | undefined)?.warnings.length, 50);
    t.equal(rows.length, 60);
    t.match(rows.at(-1), {
      ref: 'Experiences!61',
      outcome: 'warning',
      message: /^created_at: The cell is “46327”; a time such as/,
    });
    t.match(
      stdout,
      /\nExperiences, row 51, created_at: The cell is “46327”;.*\n10 more warnings: see the result rows\./,
    );
  }
});
