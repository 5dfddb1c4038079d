import fs from 'node:fs';
import path from 'node:path';
import { testRefusals } from '../support/bad-sheets.ts';
import { experience } from '../support/library.ts';

const found = 'Found: categories.csv, manuals.csv';
const experienceHeader =
  'id,category_code,section,title,playbook,context,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at';

/** A problem of a whole tab. */
const ofTab = (tab: string, message: string) => [tab, null, null, null, message];

testRefusals([
  {
    title: 'a missing tab file',
    isOfFiles: true,
    spoil: (folder) => fs.rmSync(path.join(folder, 'experiences.csv')),
    code: 'missing_tab',
    problems: [
      ofTab(
        'Experiences',
        `experiences.csv is missing. ${found}. Add it; its header is ${experienceHeader}.`,
      ),
    ],
  },
  {
    title: 'a misspelt tab file',
    isOfFiles: true,
    spoil: (folder) =>
      fs.renameSync(path.join(folder, 'experiences.csv'), path.join(folder, 'Experience.csv')),
    code: 'missing_tab',
    problems: [
      ofTab(
        'Experiences',
        'experiences.csv is missing. Found: Experience.csv, categories.csv, manuals.csv. Rename “Experience.csv” to “experiences.csv”.',
      ),
    ],
  },
  {
    title: 'an empty folder',
    isOfFiles: true,
    spoil: (folder) => {
      for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
    },
    code: 'missing_tab',
    problems: [
      ofTab(
        'Categories',
        `categories.csv, experiences.csv and manuals.csv are missing. The folder is empty. Add categories.csv; its header is code,name,description,created_at. Add experiences.csv; its header is ${experienceHeader}. Add manuals.csv; its header is id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at.`,
      ),
    ],
  },
  {
    title: 'a folder instead of a tab',
    isOfFiles: true,
    spoil: (folder) => {
      fs.rmSync(path.join(folder, 'manuals.csv'));
      fs.mkdirSync(path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [ofTab('Manuals', 'manuals.csv is not a file.')],
  },
  {
    title: 'a tab that links out of the allowed folders',
    isOfFiles: true,
    spoil: (folder) => {
      fs.renameSync(path.join(folder, 'manuals.csv'), path.join(folder, '../../elsewhere.csv'));
      fs.symlinkSync('../../elsewhere.csv', path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [
      ofTab(
        'Manuals',
        'manuals.csv is a link that leads out of the allowed folders. Put the file itself there.',
      ),
    ],
  },
  {
    title: 'a tab that links to a file that is gone',
    isOfFiles: true,
    spoil: (folder) => {
      fs.rmSync(path.join(folder, 'manuals.csv'));
      fs.symlinkSync('/media/cloud/manuals.csv', path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [
      ofTab(
        'Manuals',
        'manuals.csv cannot be opened (ENOENT): it is a link to a file that is gone, or must not be read. Put the file itself there.',
      ),
    ],
  },
  {
    title: 'a tab that links to itself',
    isOfFiles: true,
    spoil: (folder) => {
      fs.rmSync(path.join(folder, 'manuals.csv'));
      fs.symlinkSync('manuals.csv', path.join(folder, 'manuals.csv'));
    },
    code: 'unreadable_tab',
    problems: [
      ofTab(
        'Manuals',
        'manuals.csv cannot be opened (ELOOP): it is a link to a file that is gone, or must not be read. Put the file itself there.',
      ),
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
    isOfFiles: true,
    spoil: (folder) => fs.writeFileSync(path.join(folder, 'categories.csv'), ''),
    code: 'unreadable_tab',
    problems: [ofTab('Categories', 'categories.csv is empty. Export the tab again.')],
  },
  {
    title: 'an empty Categories tab',
    spoil: (folder) =>
      fs.writeFileSync(path.join(folder, 'categories.csv'), 'code,name,description,created_at\n,,,\n\n'),
    code: 'empty_tab',
    problems: [
      ofTab(
        'Categories',
        'The tab has no rows. Every entry needs a category, so this cannot be the whole sheet.',
      ),
    ],
  },
  {
    title: 'an unclosed quote, and the problems before it',
    isOfFiles: true,
    content: { experiences: [experience({ section: '' }), experience({ id: 'EXP-2', title: 'Open' })] },
    spoil: (folder) => edit(folder, 'experiences.csv', ',Open,', ',"Open,'),
    code: 'unreadable_tab',
    problems: [
      [
        'Experiences',
        3,
        'title',
        null,
        'The quote that opens this cell is never closed. Correct it; the rest of this tab is not read.',
      ],
      ['Experiences', 2, 'section', '', 'The cell is empty; allowed: useful, harmful, contextual.'],
    ],
  },
  {
    title: 'text after a closing quote',
    isOfFiles: true,
    spoil: (folder) => edit(folder, 'categories.csv', 'Name of GIT', '"Name" of GIT'),
    code: 'unreadable_tab',
    problems: [
      [
        'Categories',
        2,
        'name',
        null,
        'Text follows the closing quote of this cell; a quote inside a cell must be doubled. Correct it; the rest of this tab is not read.',
      ],
    ],
  },
  {
    title: 'UTF-16',
    isOfFiles: true,
    spoil: (folder) => {
      const file = path.join(folder, 'categories.csv');
      fs.writeFileSync(file, Buffer.from(`\uFEFF${fs.readFileSync(file, 'utf8')}`, 'utf16le'));
    },
    code: 'unreadable_tab',
    problems: [ofTab('Categories', 'categories.csv is UTF-16 text. Save as CSV in UTF-8.')],
  },
  {
    title: 'rows with too few and too many cells',
    isOfFiles: true,
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
]);

function edit(folder: string, file: string, from: string, to: string) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}.`);
  fs.writeFileSync(path.join(folder, file), text.replace(from, to));
}
