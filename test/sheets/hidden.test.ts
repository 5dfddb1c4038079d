// Characters that a person cannot see: NUL is refused, names that look alike get a warning, texts must show something.
import t from 'tap';
import { hiddenDifference, isUnseen, showHidden } from '../../src/sheets/hidden.ts';
import { shapeOf } from '../../src/sheets/look-alikes.ts';
import { check, testRefusals } from '../support/bad-sheets.ts';
import { category, experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';
import { checkFolder, importSheet, nothing, plan } from '../support/plan.ts';

const nul = 'The cell has a NUL character (<U+0000>). Remove it; no text may have one.';

testRefusals([
  {
    title: 'NUL in any compared column',
    content: {
      categories: [category(), category({ code: 'SQL', name: '\0Garden', description: 'a\0b' })],
      experiences: [experience({ id: 'EXP\0A', title: '\0abc', playbook: 'before\0after', author: '\0' })],
      manuals: [manual({ summary: 'x\0', section: 'm\0' })],
    },
    code: 'invalid_rows',
    problems: [
      ['Categories', 3, 'name', '\0Garden', nul],
      ['Categories', 3, 'description', 'a\0b', nul],
      ['Experiences', 2, 'id', 'EXP\0A', nul],
      ['Experiences', 2, 'title', '\0abc', nul],
      ['Experiences', 2, 'playbook', 'before\0after', nul],
      ['Experiences', 2, 'author', '\0', nul],
      ['Manuals', 2, 'summary', 'x\0', nul],
    ],
  },
  {
    title: 'texts in which nothing can be seen',
    content: {
      categories: [category({ name: '\u2003' })],
      experiences: [
        experience({ id: '\u200b', title: ' ', playbook: '\n\t', section: 'contextual', context: '\u00a0' }),
      ],
      manuals: [manual({ title: '\u3164\u2800\ufeff', content: '\u00ad' })],
    },
    code: 'invalid_rows',
    problems: [
      ['Categories', 2, 'name', '\u2003', 'The cell shows nothing: “<U+2003>”; text is expected.'],
      ['Experiences', 2, 'id', '\u200b', 'The cell shows nothing: “<U+200B>”; text is expected.'],
      ['Experiences', 2, 'title', ' ', 'The cell shows nothing: “ ”; 1 to 120 characters are expected.'],
      [
        'Experiences',
        2,
        'playbook',
        '\n\t',
        'The cell shows nothing: “\n\t”; 1 to 2000 characters are expected.',
      ],
      [
        'Manuals',
        2,
        'title',
        '\u3164\u2800\ufeff',
        'The cell shows nothing: “<U+3164><U+2800><U+FEFF>”; 1 to 120 characters are expected.',
      ],
      ['Manuals', 2, 'content', '\u00ad', 'The cell shows nothing: “<U+00AD>”; text is expected.'],
    ],
  },
]);

t.test('a contextual entry needs a context that can be seen', async (t) => {
  const root = makeRoot(t);
  const experiences = [experience({ section: 'contextual', context: ' \u00a0' })];
  t.match(plan(root, sheet({ experiences })).rowProblems, [{ row: 2, column: 'context' }]);
});

t.test('a message shows hidden characters by their code points', async (t) => {
  const root = makeRoot(t);
  const experiences = [
    experience({ sync_status: 'synced\u00a0', category_code: '\ufeffGIT', section: 'use\u202eful' }),
  ];
  const { details } = check(root, writeSheet(root, sheet({ experiences })));
  t.strictSame(
    (details?.problems as { message: string }[] | undefined)?.map(({ message }) => message),
    [
      'The cell is “use<U+202E>ful”; allowed: useful, harmful, contextual. Did you mean “useful”?',
      'The cell is “synced<U+00A0>”; allowed: synced, pending, local_only or 0, 1, 2. Did you mean “synced”?',
    ],
  );
  const other = plan(root, sheet({ experiences: [experience({ category_code: '\ufeffGIT' })] }));
  t.match(other.rowProblems, [
    {
      message: 'The category “<U+FEFF>GIT” is not in the Categories tab. Add it there, or correct the code.',
    },
  ]);
});

t.test('a code in another Unicode form is refused with its letters and marks', async (t) => {
  const root = makeRoot(t);
  const code = 'ÜBE'.normalize('NFD');
  const { rowProblems } = plan(root, sheet({ categories: [category(), category({ code })] }));
  t.match(rowProblems, [
    {
      row: 3,
      column: 'code',
      message:
        'The cell is “U<U+0308>BE”; a code of three upper-case letters or digits is expected, such as GIT. Write each letter with its mark as one character: “ÜBE”.',
    },
  ]);
});

t.test('ids that a spreadsheet has shortened to numbers get a warning', async (t) => {
  const root = makeRoot(t);
  const ids = ['1.23457E+15', '1,2E-07', '5E+20', 'E+5', '12E', 'EXP-1E+5'];
  const { warnings } = plan(root, sheet({ experiences: ids.map((id) => experience({ id })) }));
  const message = (id: string) =>
    `“${id}” is a number as spreadsheet programs shorten long ids. Format the column as text, and enter the id again.`;
  t.strictSame(
    warnings.map(({ row, column, message }) => [row, column, message]),
    ids.slice(0, 3).map((id, at) => [at + 2, 'id', message(id)]),
  );
});

t.test('names that look alike get a warning, in the sheet and against the library', async (t) => {
  const root = makeRoot(t);
  const ids = [
    'EXP-1',
    'EXP\u200b-1',
    'EXP-É',
    'EXP-E\u0301',
    'EXP-1 ',
    'EXP\u20111',
    'EXP-2',
    'ЕХР-1',
    'ΕXP-2',
  ];
  const categories = [category({ name: 'Garden' }), category({ code: 'SQL', name: 'Garden\u00a0' })];
  const content = sheet({ categories, experiences: ids.map((id) => experience({ id })) });
  const hidden = 'they differ only in spaces or hidden characters. Both count as separate.';
  t.strictSame(
    checkFolder(writeSheet(root, content)).warnings.map(({ row, column, message }) => [row, column, message]),
    [
      [3, 'name', `“Garden<U+00A0>” looks like “Garden” in row 2; ${hidden}`],
      [3, 'id', `“EXP<U+200B>-1” looks like “EXP-1” in row 2; ${hidden}`],
      [
        5,
        'id',
        '“EXP-E\u0301” looks like “EXP-É” in row 4; they differ only in Unicode form. Both count as separate.',
      ],
      [6, 'id', `“EXP-1 ” looks like “EXP-1” in row 2; ${hidden}`],
      [
        7,
        'id',
        '“EXP\u20111” looks like “EXP-1” in row 2; they differ only in similar characters. Both count as separate.',
      ],
      [
        9,
        'id',
        '“ЕХР-1” looks like “EXP-1” in row 2; they differ only in similar characters. Both count as separate.',
      ],
      [
        10,
        'id',
        '“ΕXP-2” looks like “EXP-2” in row 8; they differ only in similar characters. Both count as separate.',
      ],
    ],
  );
  importSheet(root, sheet());
  const other = plan(root, sheet({ experiences: [experience({ id: 'EXP-1\u200b' })] }));
  t.strictSame(other.counts, { ...nothing, added: 1, unchanged: 2, removed: 1 });
  t.match(other.preview.warnings, [
    {
      tab: 'Experiences',
      row: 2,
      column: 'id',
      message: `“EXP-1<U+200B>” looks like “EXP-1” of the library; ${hidden}`,
    },
  ]);
});

t.test('only what cannot be seen counts as hidden', async (t) => {
  t.equal(
    showHidden('a\u00a0\u200b\ufeff\u2028\u0007\u{e0001}b'),
    'a<U+00A0><U+200B><U+FEFF><U+2028><U+0007><U+E0001>b',
  );
  t.equal(showHidden('Ärger, 日本\t😀\r\n e\u0301'), 'Ärger, 日本\t😀\r\n e\u0301');
  for (const text of ['', ' ', '\u3000', '\u200b\u2060\ufe0f', '\0', '\u2028'])
    t.ok(isUnseen(text), showHidden(text));
  for (const text of ['a', ' .', '\u0301', '日', '😀']) t.notOk(isUnseen(text), text);
  t.equal(shapeOf('ＥＸＰ–1'), 'EXP-1');
  t.not(shapeOf('exp-1'), shapeOf('EXP-1'));
  const differences: [string, string, string | null][] = [
    ['a\nb', 'a\r\nb', 'line endings'],
    ['a\rb', 'a\u0085b', 'line endings'],
    ['é', 'e\u0301', 'Unicode form'],
    ['é\n', 'e\u0301\r\n', 'line endings and Unicode form'],
    ['a b', 'a\u00a0b', 'spaces or hidden characters'],
    ['a', 'a ', 'spaces or hidden characters'],
    ['a', 'b', null],
    ['a\nb', 'a\nc', null],
  ];
  for (const [from, to, difference] of differences)
    t.equal(hiddenDifference(from, to), difference, showHidden(`${from} and ${to}`));
});
