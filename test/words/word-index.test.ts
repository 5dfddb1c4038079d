import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { connect } from '../../src/core/db/driver.ts';
import type { WordEntry } from '../../src/words/word-index.ts';
import { writeWordIndex } from '../../src/words/word-repository.ts';
import { openWordIndex } from '../../src/words/word-search.ts';
import { makeFolder } from '../support/folder.ts';

const any = { wanted: 10, isWanted: () => true };

function openIndex(t: Test, entries: Partial<WordEntry>[]) {
  const file = path.join(makeFolder(t), 'words.db');
  writeWordIndex(
    file,
    entries.map((entry, row) => ({ row, title: '', summary: '', text: '', ...entry })),
  );
  const index = openWordIndex(file);
  t.teardown(() => index.close());
  return {
    file,
    index,
    rowsOf: (query: string) =>
      index
        .ask(query)(any)
        .map(({ row }) => row),
  };
}

t.test('words are found in any script, case, width and form', (t) => {
  const titles = [
    '并且合上',
    'Merge a branch',
    '合并两个分支',
    '重启服务',
    'Open a café in the Straße',
    'Compile C++',
    'Compile C#',
    'Unpack a .tar.gz',
    'Pass --flag and -x to node.js',
    'Rename foo_bar in a/b',
    'Fix CVE-2024-1',
    'วิธีรีสตาร์ท',
    'İstanbul ılık',
    'Καλημέρα Κόσμος',
    '🙂 smile',
    '{{}}',
    'Create a g[z]ipped file',
    'Image viewers',
    'שָׁלוֹם עולם',
    'サーバーを再起動',
    'work-queue server',
    'Bind to ::1',
    'Extend the $PATH',
    'Copy ~/x here',
    'Use 100% of it',
    'Install @scope/name',
    'Write a #define',
    'Edit .gitignore: ignore files',
    'Mount what /etc/fstab lists',
    'Remove with -rf',
    'Read the book of O’Reilly',
    'Join a wi-fi',
    'Write an email',
    'Update to v1.2.3',
    '👍🏽 thumbs',
    '🇩🇪 flag',
    'กา',
    'กี่',
  ];
  const { rowsOf } = openIndex(
    t,
    titles.map((title) => ({ title })),
  );
  const cases: [query: string, title: string][] = [
    ['merging branches', 'Merge a branch'],
    ['合并', '合并两个分支'],
    ['重启', '重启服务'],
    ['CAFE', 'Open a café in the Straße'],
    ['cafe\u0301', 'Open a café in the Straße'],
    ['ｃａｆé', 'Open a café in the Straße'],
    ['strasse', 'Open a café in the Straße'],
    ['STRAẞE', 'Open a café in the Straße'],
    ['c++', 'Compile C++'],
    ['Ｃ＋＋', 'Compile C++'],
    ['C#', 'Compile C#'],
    ['.tar.gz', 'Unpack a .tar.gz'],
    ['gz', 'Unpack a .tar.gz'],
    ['--flag', 'Pass --flag and -x to node.js'],
    ['-x', 'Pass --flag and -x to node.js'],
    ['node.js', 'Pass --flag and -x to node.js'],
    ['foo_bar', 'Rename foo_bar in a/b'],
    ['bar', 'Rename foo_bar in a/b'],
    ['a/b', 'Rename foo_bar in a/b'],
    ['cve-2024-1', 'Fix CVE-2024-1'],
    ['รีสตาร์ท', 'วิธีรีสตาร์ท'],
    ['ISTANBUL', 'İstanbul ılık'],
    ['ILIK', 'İstanbul ılık'],
    ['ΚΟΣΜΟΣ', 'Καλημέρα Κόσμος'],
    ['καλημερα', 'Καλημέρα Κόσμος'],
    ['🙂', '🙂 smile'],
    ['{{}}', '{{}}'],
    ['gzipped', 'Create a g[z]ipped file'],
    ['view image', 'Image viewers'],
    ['שלום', 'שָׁלוֹם עולם'],
    ['再起動', 'サーバーを再起動'],
    ['zero\u200bwidth bran\u00adches', 'Merge a branch'],
    ['serv', 'work-queue server'],
    ['::1', 'Bind to ::1'],
    ['$PATH', 'Extend the $PATH'],
    ['path', 'Extend the $PATH'],
    ['~/x', 'Copy ~/x here'],
    ['100%', 'Use 100% of it'],
    ['@scope/name', 'Install @scope/name'],
    ['scope', 'Install @scope/name'],
    ['#define', 'Write a #define'],
    ['define', 'Write a #define'],
    ['.gitignore', 'Edit .gitignore: ignore files'],
    ['gitignore', 'Edit .gitignore: ignore files'],
    ['/etc/fstab', 'Mount what /etc/fstab lists'],
    ['fstab', 'Mount what /etc/fstab lists'],
    ['-rf', 'Remove with -rf'],
    ['nodejs', 'Pass --flag and -x to node.js'],
    ['oreilly', 'Read the book of O’Reilly'],
    ["o'reilly", 'Read the book of O’Reilly'],
    ['wifi', 'Join a wi-fi'],
    ['e-mail', 'Write an email'],
    ['1.2.3', 'Update to v1.2.3'],
    ['v1.2.3', 'Update to v1.2.3'],
    ['👍', '👍🏽 thumbs'],
    ['🇩🇪', '🇩🇪 flag'],
    ['กี่', 'กี่'],
  ];
  for (const [query, title] of cases) t.equal(titles[rowsOf(query)[0] ?? -1], title, query);
  t.same(rowsOf('กี'), [], 'without one of its marks, it is another');
  t.same(rowsOf('กี่'), [titles.indexOf('กี่')], 'a character has its marks');
  t.same(rowsOf('合并'), [titles.indexOf('合并两个分支')], 'not the same characters elsewhere');
  t.end();
});

t.test('entries with every word come before those with some, in mixed scripts and for codes', (t) => {
  const some = [
    'docker',
    'Docker image',
    '如何部署',
    'List a tar',
    'tar xf all',
    '展開する',
    'Is a or b',
    'foo and bar',
  ];
  const every = ['用Docker部署nginx服务', 'tarで展開する方法', 'Is a/b', 'Set foo_bar'];
  const { rowsOf } = openIndex(
    t,
    [...some.flatMap((title) => [title, title, title]), ...every].map((title) => ({ title })),
  );
  const first = some.length * 3;
  for (const [at, query] of ['docker部署', 'tar 展開', 'a/b', 'foo_bar'].entries())
    t.equal(rowsOf(query)[0], first + at, query);
  t.end();
});

t.test('a query that is one code puts entries with the whole of it first', (t) => {
  const parts = [
    'Read a path',
    'Read etc',
    'A fstab',
    'fstab in etc',
    'C',
    'c c c',
    'Is 100',
    '1',
    'x',
    '1 2 3',
    'rf',
  ];
  const wholes: [query: string, title: string][] = [
    ['/etc/fstab', 'A long title of many words, in which there is /etc/fstab at last'],
    ['$PATH', 'Change what the shell has in its $PATH when a path is missing'],
    ['C#', 'Compile many large projects with C# on another machine'],
    ['::1', 'Bind the server to ::1 and to no other address'],
    ['~/x', 'Copy all of the files of another machine to ~/x'],
    ['1.2.3', 'Update the whole of the cluster to v1.2.3'],
    ['-rf', 'Remove folders and all of the files in them with -rf'],
    ['100%', 'Wait for what is at 100% for a long time'],
  ];
  const { index, rowsOf } = openIndex(
    t,
    [...parts, ...wholes.map(([, title]) => title)].map((title) => ({ title })),
  );
  for (const [at, [query]] of wholes.entries()) {
    t.equal(rowsOf(query)[0], parts.length + at, query);
    const scores = index
      .ask(query)(any)
      .map(({ score }) => score);
    t.ok(scores[0] !== undefined && scores[0] < 1, 'the title is not the query');
  }
  t.end();
});

t.test('among equal titles, those in the case of the query come first', (t) => {
  const { rowsOf } = openIndex(t, [
    { title: 'make' },
    { title: 'Make' },
    { title: 'MAKE' },
    { title: 'Make' },
  ]);
  t.same(rowsOf('Make'), [1, 3, 0, 2]);
  t.same(rowsOf('MAKE'), [2, 0, 1, 3]);
  t.end();
});

t.test('a hit with very common words only lacks the rarer one of the query', (t) => {
  const entries = Array.from({ length: 20 }, (_, row) => ({ title: `list files ${row}` }));
  const { index } = openIndex(t, [...entries, { title: 'list zebra' }]);
  const lacking = (query: string) =>
    index
      .ask(query)({ wanted: 30, isWanted: () => true })
      .filter(({ lacksRare }) => lacksRare).length;
  t.equal(lacking('list files zebra'), 20);
  t.equal(lacking('list files'), 0);
  t.equal(lacking('list files unknown'), 0, 'a word that no entry has is no measure');
  t.end();
});

t.test('words that no entry has are named, unless another form of them is there', (t) => {
  const { index } = openIndex(t, [{ title: 'Join a wifi with node.js' }]);
  t.same(index.unknownOf('Wi-Fi nodejs qzx join QZX wi-qzx'), ['qzx', 'QZX', 'wi']);
  t.match(index.ask('wi-fi')(any), [{ coverage: 1, words: ['wi-fi'] }]);
  t.end();
});

t.test('a query is only text', (t) => {
  const { index, rowsOf } = openIndex(t, [{ title: 'near', text: 'title: "or" *' }, { title: 'other' }]);
  for (const query of [
    '"',
    '""',
    '*',
    '\0',
    '^',
    ':',
    '(',
    ')',
    ' ',
    '',
    "'",
    '`',
    '\ud800',
    '\u200f\u202e',
  ]) {
    t.same(rowsOf(query), [], JSON.stringify(query));
  }
  t.same(rowsOf('NEAR("title" *, 2) AND \0'), [0]);
  t.same(rowsOf('othe*'), [1], 'a last word may be unfinished');
  for (const query of ['x'.repeat(500), '合'.repeat(500), 'a b '.repeat(125), '🙂'.repeat(250)]) {
    t.doesNotThrow(() => index.ask(query)(any));
  }
  t.end();
});

t.test('a hit says what was found, and how much of the query that is', (t) => {
  const { index } = openIndex(t, [
    { title: 'Merge a Branch', text: 'With node.js' },
    { title: 'Merge tags' },
    { title: 'Fork', summary: 'merge' },
  ]);
  const [first, second] = index.ask('NODE.js merge')(any);
  t.match(first, { row: 0, words: ['NODE.js', 'merge'], coverage: 1 });
  t.ok(second && second.coverage < 0.5 && second.score < (first?.score ?? 0));
  t.match(index.ask('branch a merge')(any)[0], { row: 0, score: 1, coverage: 1 });
  t.same(index.ask('qzxv blorf')(any), []);
  t.end();
});

t.test('a filter keeps rare entries that have only common words', (t) => {
  const entries = Array.from({ length: 12_000 }, (_, row) => ({ title: `common thing ${row}` }));
  const { index } = openIndex(t, [...entries, { title: 'A common entry' }, { title: 'rare' }]);
  const find = (query: string, row: number) =>
    index
      .ask(query)({ wanted: 5, isWanted: (one) => one === row })
      .map((hit) => hit.row);
  t.same(find('common', 11_999), [11_999]);
  t.same(find('rare common', 7000), [7000]);
  t.same(find('common thing 8000', 8000), [8000]);
  t.same(find('thing common', 12_000), [12_000], 'an entry with one of two common words');
  t.equal(index.ask('common entry')(any)[0]?.row, 12_000);
  t.end();
});

t.test('a filter that lets few rows pass finds each of them that has a word', (t) => {
  const entries = Array.from({ length: 45_000 }, (_, row) => ({ title: `common ${row % 3}` }));
  const { index } = openIndex(t, [...entries, { title: 'a common entry' }, { title: 'other' }]);
  const find = (rows: number[]) =>
    index
      .ask('common thing')({ wanted: 5, isWanted: (row) => rows.includes(row), rows })
      .map(({ row }) => row);
  t.same(find([45_001, 45_000, 7]), [7, 45_000]);
  const isPartial = (query: string, rows?: number[]) => {
    const ask = index.ask(query);
    ask({ wanted: 5, isWanted: () => true, ...(rows && { rows }) });
    return ask.isPartial();
  };
  t.equal(isPartial('common'), true, 'more entries than are compared');
  t.equal(isPartial('common', [7]), false);
  t.equal(isPartial('common thing entry'), false, 'a rare word chooses');
  t.equal(isPartial('absent'), false);
  t.end();
});

t.test('filters of one query share what is read, and find as if each were alone', (t) => {
  const entries = Array.from({ length: 3000 }, (_, row) => ({ title: `common thing ${row % 7} ${row}` }));
  const { index } = openIndex(t, entries);
  const filters = [3, 5, 2].map((share) => ({ wanted: 20, isWanted: (row: number) => row % share === 0 }));
  const shared = index.ask('common thing 3');
  for (const filter of filters) t.same(shared(filter), index.ask('common thing 3')(filter));
  const first = shared(any);
  t.equal(shared(any)[0]?.words, first[0]?.words, 'ranked once');
  t.end();
});

t.test('the file is complete by itself, the same each time, and checked when it is opened', (t) => {
  const entries = [{ title: 'x'.repeat(3_000_000) }, { title: '\ud800 lone', text: 'a '.repeat(2_000_000) }];
  const { file, rowsOf } = openIndex(t, entries);
  t.same(rowsOf('lone'), [1]);
  t.same(fs.readdirSync(path.dirname(file)), ['words.db']);
  t.ok(fs.readFileSync(file).equals(fs.readFileSync(openIndex(t, entries).file)));
  const other = path.join(path.dirname(file), 'other.db');
  t.throws(() => openWordIndex(other), { message: `${other} is missing.` });
  fs.writeFileSync(other, 'no database at all'.repeat(100));
  t.throws(() => openWordIndex(other), { message: `${other} is damaged or not a database.` });
  fs.writeFileSync(other, fs.readFileSync(file).subarray(0, 5000));
  t.throws(() => openWordIndex(other), { message: `${other} is damaged or not a database.` });
  fs.rmSync(other);
  connect(other).exec('CREATE TABLE x (y); PRAGMA user_version = 2').close();
  t.throws(() => openWordIndex(other), { message: `${other} is not a word index of version 2.` });
  fs.copyFileSync(file, other);
  connect(other).exec('PRAGMA user_version = 1').close();
  t.throws(() => openWordIndex(other), {
    message: `${other} has version 1; this version of the console reads 2.`,
  });
  t.end();
});
