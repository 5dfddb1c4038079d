import t from 'tap';
import type { Problem } from '../../src/sheets/problems.ts';
import { check, testRefusals } from '../support/bad-sheets.ts';
import { category, experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';

testRefusals([
  {
    title: 'bad category codes and names',
    content: {
      categories: [
        category(),
        category({ code: 'git', name: 'Lower case' }),
        category({ code: 'ABCD' }),
        category({ code: '', name: '' }),
        category({ code: 'GIT', name: 'Again' }),
        category({ code: 'SQL', name: 'Name of GIT' }),
      ],
    },
    code: 'invalid_rows',
    problems: [
      [
        'Categories',
        3,
        'code',
        'git',
        'The cell is “git”; a code of three upper-case letters or digits is expected, such as GIT.',
      ],
      [
        'Categories',
        4,
        'code',
        'ABCD',
        'The cell is “ABCD”; a code of three upper-case letters or digits is expected, such as GIT.',
      ],
      [
        'Categories',
        5,
        'code',
        '',
        'The cell is empty; a code of three upper-case letters or digits is expected, such as GIT.',
      ],
      ['Categories', 5, 'name', '', 'The cell is empty; text is expected.'],
      [
        'Categories',
        6,
        'code',
        'GIT',
        '“GIT” is already in row 2. Each code may occur once; correct or remove one of the rows.',
      ],
      [
        'Categories',
        7,
        'name',
        'Name of GIT',
        '“Name of GIT” is already in row 2. Each name may occur once; correct or remove one of the rows.',
      ],
    ],
  },
  {
    title: 'duplicate ids, even of a row that is itself invalid',
    content: {
      experiences: [
        experience(),
        experience({ id: 'EXP-2', title: '' }),
        experience(),
        experience({ id: 'EXP-2' }),
      ],
      manuals: [manual({ id: 'EXP-1' })],
    },
    code: 'invalid_rows',
    problems: [
      ['Experiences', 3, 'title', '', 'The cell is empty; 1 to 120 characters are expected.'],
      [
        'Experiences',
        4,
        'id',
        'EXP-1',
        '“EXP-1” is already in row 2. Each id may occur once; correct or remove one of the rows.',
      ],
      [
        'Experiences',
        5,
        'id',
        'EXP-2',
        '“EXP-2” is already in row 3. Each id may occur once; correct or remove one of the rows.',
      ],
    ],
  },
  {
    title: 'texts that are too long, counted in code points',
    content: {
      experiences: [
        experience({ title: '😀'.repeat(120), playbook: '😀'.repeat(2000) }),
        experience({ id: 'EXP-2', title: '😀'.repeat(121) }),
        experience({ id: 'EXP-3', playbook: 'x'.repeat(2003) }),
      ],
      manuals: [
        manual({ content: 'x'.repeat(5000) }),
        manual({ id: 'MNL-2', title: 'x'.repeat(121), content: '' }),
      ],
    },
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        3,
        'title',
        '😀'.repeat(121),
        'The text has 121 characters; at most 120 are allowed. Shorten it by 1.',
      ],
      [
        'Experiences',
        4,
        'playbook',
        `${'x'.repeat(200)}…`,
        'The text has 2003 characters; at most 2000 are allowed. Shorten it by 3.',
      ],
      [
        'Manuals',
        3,
        'title',
        'x'.repeat(121),
        'The text has 121 characters; at most 120 are allowed. Shorten it by 1.',
      ],
      ['Manuals', 3, 'content', '', 'The cell is empty; text is expected.'],
    ],
  },
  {
    title: 'words that are not allowed',
    content: {
      experiences: [experience({ section: 'usefull', source: 'Global', sync_status: 'local-only' })],
      manuals: [manual({ sync_status: 3 }), manual({ id: 'MNL-2', source: 'elsewhere', sync_status: '' })],
    },
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        2,
        'section',
        'usefull',
        'The cell is “usefull”; allowed: useful, harmful, contextual. Did you mean “useful”?',
      ],
      [
        'Experiences',
        2,
        'source',
        'Global',
        'The cell is “Global”; allowed: local, global. Did you mean “global”?',
      ],
      [
        'Experiences',
        2,
        'sync_status',
        'local-only',
        'The cell is “local-only”; allowed: synced, pending, local_only or 0, 1, 2. Did you mean “local_only”?',
      ],
      ['Manuals', 2, 'sync_status', '3', 'The cell is “3”; allowed: synced, pending, local_only or 0, 1, 2.'],
      ['Manuals', 3, 'source', 'elsewhere', 'The cell is “elsewhere”; allowed: local, global.'],
      [
        'Manuals',
        3,
        'sync_status',
        '',
        'The cell is empty; allowed: synced, pending, local_only or 0, 1, 2.',
      ],
    ],
  },
  {
    title: 'an unknown category',
    content: { experiences: [experience({ category_code: 'GTI' })] },
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        2,
        'category_code',
        'GTI',
        'The category “GTI” is not in the Categories tab. Add it there, or correct the code.',
      ],
    ],
  },
  {
    title: 'contextual without context',
    content: {
      experiences: [
        experience({ section: 'contextual' }),
        experience({ id: 'EXP-2', section: 'contextual', context: 'x' }),
      ],
    },
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        2,
        'context',
        '',
        'A contextual entry needs a context. Fill in this cell, or make its section useful or harmful.',
      ],
    ],
  },
  {
    title: 'problems of several tabs, in the order of the tabs',
    content: {
      manuals: [manual({ category_code: 'XYZ', title: 'ok' })],
      experiences: [experience({ id: '' }), experience({ id: 'EXP-2', category_code: 'XYZ' })],
    },
    code: 'invalid_rows',
    problems: [
      ['Experiences', 2, 'id', '', 'The cell is empty; text is expected.'],
      [
        'Experiences',
        3,
        'category_code',
        'XYZ',
        'The category “XYZ” is not in the Categories tab. Add it there, or correct the code.',
      ],
      [
        'Manuals',
        2,
        'category_code',
        'XYZ',
        'The category “XYZ” is not in the Categories tab. Add it there, or correct the code.',
      ],
    ],
  },
]);

t.test('the sheet that the cases above spoil is valid', async (t) => {
  const root = makeRoot(t);
  t.strictSame(check(root, writeSheet(root, sheet())).details?.problems, []);
});

t.test('a refusal states the number of problems and the first one in full', async (t) => {
  const root = makeRoot(t);
  const many = Array.from({ length: 60 }, (_, number) => experience({ id: `EXP-${number}`, section: 'x' }));
  const { message, details } = check(root, writeSheet(root, sheet({ experiences: many })));
  t.equal(
    message,
    '60 problems in the sheet; nothing was written. The first: Experiences, row 2, section: The cell is “x”; allowed: useful, harmful, contextual. Correct the cells, or leave such rows out with skip_invalid.',
  );
  t.equal((details?.problems as Problem[] | undefined)?.length, 50);
  t.equal(details?.total, 60);
  const one = check(root, writeSheet(root, sheet({ manuals: [manual({ title: '' })] })));
  t.equal(
    one.message,
    '1 problem in the sheet; nothing was written. Manuals, row 2, title: The cell is empty; 1 to 120 characters are expected. Correct the cells, or leave such rows out with skip_invalid.',
  );
  t.equal(
    check(root, writeSheet(root, sheet({ categories: [] }))).message,
    '1 problem in the sheet; nothing was written. Categories: The tab has no rows. Every entry needs a category, so this cannot be the whole sheet. Correct the sheet and import it again.',
  );
});
