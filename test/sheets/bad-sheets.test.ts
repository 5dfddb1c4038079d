import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { AppError } from '../../src/errors.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { checkSheet, isComparable } from '../../src/sheets/checks.ts';
import { readFolder } from '../../src/sheets/folder.ts';
import { mayRead } from '../../src/sheets/places.ts';
import { planImport } from '../../src/sheets/plan.ts';
import { badSheet, type Problem } from '../../src/sheets/problems.ts';
import {
  category,
  experience,
  makeRoot,
  manual,
  type Root,
  type Sheet,
  sheet,
  writeSheet,
} from '../support/library.ts';

const found = 'Found: categories.csv, manuals.csv';
const experienceHeader =
  'id,category_code,section,title,playbook,context,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at';

type Expected = { code: string; problems: (string | number | null)[][] };
type BadSheet = { title: string; content?: Partial<Sheet>; spoil?: (folder: string) => void } & Expected;

/** Problems as tab, row, column, value, message; the message says what was found, what was expected, what to do. */
const badSheets: BadSheet[] = [
  {
    title: 'a missing tab file',
    spoil: (folder) => fs.rmSync(path.join(folder, 'experiences.csv')),
    code: 'missing_tab',
    problems: [
      [
        'Experiences',
        null,
        null,
        null,
        `experiences.csv is missing. ${found}. Add it; its header is ${experienceHeader}.`,
      ],
    ],
  },
  {
    title: 'a misspelt tab file',
    spoil: (folder) =>
      fs.renameSync(path.join(folder, 'experiences.csv'), path.join(folder, 'Experience.csv')),
    code: 'missing_tab',
    problems: [
      [
        'Experiences',
        null,
        null,
        null,
        'experiences.csv is missing. Found: Experience.csv, categories.csv, manuals.csv. Rename “Experience.csv” to “experiences.csv”.',
      ],
    ],
  },
  {
    title: 'an empty folder',
    spoil: (folder) => {
      for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
    },
    code: 'missing_tab',
    problems: [
      [
        'Categories',
        null,
        null,
        null,
        'categories.csv is missing. The folder is empty. Add it; its header is code,name,description,created_at.',
      ],
      [
        'Experiences',
        null,
        null,
        null,
        `experiences.csv is missing. The folder is empty. Add it; its header is ${experienceHeader}.`,
      ],
      [
        'Manuals',
        null,
        null,
        null,
        'manuals.csv is missing. The folder is empty. Add it; its header is id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at.',
      ],
    ],
  },
  {
    title: 'a folder in the place of a tab',
    spoil: (folder) => {
      fs.rmSync(path.join(folder, 'manuals.csv'));
      fs.mkdirSync(path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [['Manuals', null, null, null, 'manuals.csv is not a file.']],
  },
  {
    title: 'a tab that is a link out of the allowed folders',
    spoil: (folder) => {
      fs.renameSync(path.join(folder, 'manuals.csv'), path.join(folder, '../../elsewhere.csv'));
      fs.symlinkSync('../../elsewhere.csv', path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [
      [
        'Manuals',
        null,
        null,
        null,
        'manuals.csv is a link that leads out of the allowed folders. Put the file itself there.',
      ],
    ],
  },
  {
    title: 'a misspelt header',
    spoil: (folder) => edit(folder, 'experiences.csv', 'playbook', 'Playbok'),
    code: 'missing_header',
    problems: [
      [
        'Experiences',
        1,
        'playbook',
        null,
        'The header “playbook” is missing. Rename “Playbok” to “playbook”.',
      ],
    ],
  },
  {
    title: 'a missing header',
    spoil: (folder) => fs.writeFileSync(path.join(folder, 'categories.csv'), 'code,name\nGIT,Git\n'),
    code: 'missing_header',
    problems: [
      [
        'Categories',
        1,
        'description',
        null,
        'The header “description” is missing. Found: code, name. Add a column “description”; its cells may be empty where the column allows it.',
      ],
    ],
  },
  {
    title: 'a header that occurs twice',
    spoil: (folder) => edit(folder, 'experiences.csv', 'embedding_status', 'title'),
    code: 'duplicate_header',
    problems: [
      [
        'Experiences',
        1,
        'title',
        null,
        'The header “title” occurs twice. Remove or rename one of the columns.',
      ],
    ],
  },
  {
    title: 'an empty file',
    spoil: (folder) => fs.writeFileSync(path.join(folder, 'categories.csv'), ''),
    code: 'missing_header',
    problems: ['code', 'name', 'description'].map((name) => [
      'Categories',
      1,
      name,
      null,
      `The header “${name}” is missing. The header row is empty. Add a column “${name}”; its cells may be empty where the column allows it.`,
    ]),
  },
  {
    title: 'an empty Categories tab',
    spoil: (folder) =>
      fs.writeFileSync(path.join(folder, 'categories.csv'), 'code,name,description,created_at\n,,,\n\n'),
    code: 'empty_tab',
    problems: [
      [
        'Categories',
        null,
        null,
        null,
        'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.',
      ],
    ],
  },
  {
    title: 'an unclosed quote, and what is wrong before it',
    content: { experiences: [experience({ section: '' }), experience({ id: 'EXP-2', title: 'Open' })] },
    spoil: (folder) => edit(folder, 'experiences.csv', ',Open,', ',"Open,'),
    code: 'unreadable_tab',
    problems: [
      [
        'Experiences',
        3,
        'title',
        null,
        'The quote that opens this cell is never closed. Correct it; what follows in this tab is not read.',
      ],
      ['Experiences', 2, 'section', '', 'The cell is empty; expected is one of useful, harmful, contextual.'],
    ],
  },
  {
    title: 'text after a closing quote',
    spoil: (folder) => edit(folder, 'categories.csv', 'Name of GIT', '"Name" of GIT'),
    code: 'unreadable_tab',
    problems: [
      [
        'Categories',
        2,
        'name',
        null,
        'Text follows the closing quote of this cell; a quote inside a cell must be doubled. Correct it; what follows in this tab is not read.',
      ],
    ],
  },
  {
    title: 'UTF-16',
    spoil: (folder) => {
      const file = path.join(folder, 'categories.csv');
      fs.writeFileSync(file, Buffer.from(`\uFEFF${fs.readFileSync(file, 'utf8')}`, 'utf16le'));
    },
    code: 'unreadable_tab',
    problems: [['Categories', null, null, null, 'categories.csv is UTF-16 text. Save it as CSV in UTF-8.']],
  },
  {
    title: 'bytes that are not UTF-8',
    content: { experiences: [experience(), experience({ id: 'EXP-2', title: 'grün', author: 'Jörg' })] },
    spoil: (folder) => {
      const file = path.join(folder, 'experiences.csv');
      fs.writeFileSync(file, Buffer.from(fs.readFileSync(file, 'utf8'), 'latin1'));
    },
    code: 'invalid_rows',
    problems: [
      [
        'Experiences',
        3,
        'title',
        'gr\uFFFDn',
        'The cell has bytes that are not UTF-8, shown as “\uFFFD”. Save the file as CSV in UTF-8.',
      ],
      [
        'Experiences',
        3,
        'author',
        'J\uFFFDrg',
        'The cell has bytes that are not UTF-8, shown as “\uFFFD”. Save the file as CSV in UTF-8.',
      ],
    ],
  },
  {
    title: 'rows with too few and too many cells',
    spoil: (folder) =>
      fs.appendFileSync(path.join(folder, 'categories.csv'), 'SQL,Databases\r\nOPS,Releases,a,b,c\r\n'),
    code: 'invalid_rows',
    problems: [
      [
        'Categories',
        3,
        'description',
        null,
        'The row has 2 cells, but the header has 4. A delimiter is missing, or a cell that holds one is not in quotes.',
      ],
      [
        'Categories',
        4,
        'column 5',
        null,
        'The row has 5 cells, but the header has 4. A delimiter is missing, or a cell that holds one is not in quotes.',
      ],
    ],
  },
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
      ['Categories', 5, 'name', '', 'The cell is empty; a text is expected.'],
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
    title: 'duplicate ids, also of a row that is wrong itself',
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
      ['Manuals', 3, 'content', '', 'The cell is empty; a text is expected.'],
    ],
  },
  {
    title: 'words that are none of those allowed',
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
        'The cell is “usefull”; expected is one of useful, harmful, contextual. Did you mean “useful”?',
      ],
      [
        'Experiences',
        2,
        'source',
        'Global',
        'The cell is “Global”; expected is one of local, global. Did you mean “global”?',
      ],
      [
        'Experiences',
        2,
        'sync_status',
        'local-only',
        'The cell is “local-only”; expected is one of synced, pending, local_only or 0, 1, 2. Did you mean “local_only”?',
      ],
      [
        'Manuals',
        2,
        'sync_status',
        '3',
        'The cell is “3”; expected is one of synced, pending, local_only or 0, 1, 2.',
      ],
      ['Manuals', 3, 'source', 'elsewhere', 'The cell is “elsewhere”; expected is one of local, global.'],
      [
        'Manuals',
        3,
        'sync_status',
        '',
        'The cell is empty; expected is one of synced, pending, local_only or 0, 1, 2.',
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
      ['Experiences', 2, 'id', '', 'The cell is empty; a text is expected.'],
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
];

for (const { title, content, spoil, code, problems } of badSheets) {
  t.test(`refuses ${title}`, async (t) => {
    const root = makeRoot(t);
    const folder = writeSheet(root, sheet(content));
    spoil?.(folder);
    const { details } = check(root, folder);
    t.equal(details?.code, code);
    const shown = details?.problems as Problem[];
    t.strictSame(
      shown.map(({ tab, row, column, value, message }) => [tab, row, column, value, message]),
      problems,
    );
  });
}

t.test('accepts the sheet that the cases above spoil', async (t) => {
  const root = makeRoot(t);
  t.strictSame(check(root, writeSheet(root, sheet())).details?.problems, []);
});

t.test('says how many problems there are, and the first in full', async (t) => {
  const root = makeRoot(t);
  const many = Array.from({ length: 60 }, (_, number) => experience({ id: `EXP-${number}`, section: 'x' }));
  const { message, details } = check(root, writeSheet(root, sheet({ experiences: many })));
  t.equal(
    message,
    '60 problems in the sheet; nothing was written. The first: Experiences, row 2, section: The cell is “x”; expected is one of useful, harmful, contextual. Correct the cells, or leave such rows out with skip_invalid.',
  );
  t.equal((details?.problems as Problem[]).length, 50);
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

function edit(folder: string, file: string, from: string, to: string) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}.`);
  fs.writeFileSync(path.join(folder, file), text.replace(from, to));
}

/** What an import into the root's empty library would be refused with. */
function check({ config, db }: Root, folder: string): AppError {
  const checked = checkSheet(readFolder(folder, (file) => mayRead(config, file)));
  if (!isComparable(checked)) return badSheet(checked.sheetProblems, checked.rowProblems);
  const plan = planImport(checked, createLibrary(db), 'replace');
  return badSheet(plan.sheetProblems, plan.rowProblems);
}
