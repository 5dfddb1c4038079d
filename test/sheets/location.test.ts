import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { whatASheetIs } from '../../src/sheets/sheet-file.ts';
import { mayRead, pathInRoot, resolveSheetPath } from '../../src/sheets/location.ts';
import { openRoot, type Root, type Scope, sheet, writeSheet } from '../support/library.ts';
import { makeFolder } from '../support/folder.ts';

/** A root with a published sheet, an import root beside it and a folder outside of both. */
function makePlaces(t: Scope) {
  const folder = makeFolder(t, { data: {}, shared: {}, outside: {} });
  const [data, shared, outside] = ['data', 'shared', 'outside'].map((name) => path.join(folder, name));
  const root = openRoot(t, { CHL_EXPERIENCE_ROOT: `${data}`, CHL_IMPORT_ROOTS: `${shared}` });
  writeSheet(root, sheet());
  return { root, data: `${data}`, shared: `${shared}`, outside: `${outside}` };
}

/** Returns the message of the refusal. */
function refusal({ config }: Pick<Root, 'config'>, given: string, use: 'read' | 'write'): string {
  try {
    return `allowed: ${resolveSheetPath(config, given, use)}`;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_arguments') throw error;
    const { problems } = error.details as { problems: { field: string; message: string }[] };
    if (problems[0]?.field !== 'path' || problems[0].message !== error.message) throw error;
    return error.message;
  }
}

t.test(
  'sheets are read from sheets, uploads and import roots, by a path relative to the data root',
  async (t) => {
    const { root, data, shared } = makePlaces(t);
    fs.mkdirSync(path.join(data, 'uploads/one'), { recursive: true });
    t.equal(resolveSheetPath(root.config, 'sheets/published', 'read'), path.join(data, 'sheets/published'));
    t.equal(resolveSheetPath(root.config, 'uploads/one', 'read'), path.join(data, 'uploads/one'));
    t.equal(resolveSheetPath(root.config, shared, 'read'), shared);
    t.equal(pathInRoot(root.config, path.join(data, 'sheets/review')), 'sheets/review');
    t.equal(pathInRoot(root.config, shared), shared);
  },
);

t.test('links that stay inside are followed, even one to the data root itself', async (t) => {
  const { root, data, shared } = makePlaces(t);
  fs.symlinkSync(path.join(shared), path.join(data, 'sheets/linked'));
  t.equal(resolveSheetPath(root.config, 'sheets/linked', 'read'), shared);
  fs.symlinkSync(data, `${data}-link`);
  const linked = { ...root.config, root: `${data}-link` };
  t.equal(resolveSheetPath(linked, 'sheets/published', 'read'), path.join(data, 'sheets/published'));
  t.equal(pathInRoot(linked, path.join(data, 'sheets/published')), 'sheets/published');
});

t.test('a path that is outside, missing or no sheet is refused for reading', async (t) => {
  const { root, data, shared, outside } = makePlaces(t);
  fs.symlinkSync(outside, path.join(data, 'sheets/out'));
  fs.symlinkSync(path.join(outside, 'later'), path.join(data, 'sheets/nowhere'));
  fs.symlinkSync('loop', path.join(data, 'sheets/loop'));
  execFileSync('mkfifo', [path.join(data, 'sheets/pipe')]);
  const allowed = `Sheets are read from sheets, uploads and ${shared}.`;
  const cases: [string, string][] = [
    [outside, `“${outside}” is not allowed. ${allowed}`],
    ['../outside', `“../outside” is not allowed. ${allowed}`],
    ['.', `“.” is not allowed. ${allowed}`],
    ['sheets/../..', `“sheets/../..” is not allowed. ${allowed}`],
    [`${data}/sheetsX`, `“${data}/sheetsX” is not allowed. ${allowed}`],
    ['sheets/out', `“sheets/out” leads to ${outside}, which is not allowed. ${allowed}`],
    ['sheets/nowhere', `“sheets/nowhere” leads to ${outside}/later, which is not allowed. ${allowed}`],
    ['sheets/loop', '“sheets/loop” cannot be opened (ELOOP). Choose another path.'],
    ['sheets/other', `sheets/other does not exist. ${whatASheetIs} Create it, or choose another path.`],
    ['sheets/published/manuals.csv', `sheets/published/manuals.csv is one file of text. ${whatASheetIs}`],
    [
      'sheets/published/manuals.csv/x',
      '“sheets/published/manuals.csv/x” cannot be opened (ENOTDIR). Choose another path.',
    ],
    ['sheets/pipe', `sheets/pipe is neither a file nor a folder. ${whatASheetIs}`],
    [' ', `The path is empty. ${whatASheetIs}`],
    ['sheets/a\0b', `The path contains a NUL character, which no path may have. ${whatASheetIs}`],
  ];
  for (const [given, message] of cases) t.equal(refusal(root, given, 'read'), message, given);
});

t.test('a sheet is written to a new folder or over another sheet', async (t) => {
  const { root, data, shared } = makePlaces(t);
  fs.mkdirSync(path.join(data, 'sheets/empty'));
  for (const given of [
    'sheets/published',
    'sheets/new',
    'sheets/deep/er',
    'sheets/empty',
    path.join(shared, 'out'),
  ]) {
    t.equal(resolveSheetPath(root.config, given, 'write'), path.resolve(data, given));
  }
});

t.test('a folder that is not a sheet is never overwritten', async (t) => {
  const { root, data, shared } = makePlaces(t);
  fs.mkdirSync(path.join(data, 'sheets/notes'));
  fs.writeFileSync(path.join(data, 'sheets/notes/letter.txt'), '');
  fs.writeFileSync(path.join(data, 'sheets/file'), '');
  fs.mkdirSync(path.join(data, 'sheets/nested/categories.csv'), { recursive: true });
  fs.mkdirSync(path.join(data, 'sheets/review.previous/x'), { recursive: true });
  const allowed = `A sheet is written to a folder in sheets and ${shared}.`;
  const ours =
    'belongs to the databases, the index or other files of this program. Choose a folder in sheets.';
  const cases: [string, string][] = [
    ['chl.db', `“chl.db” is not allowed. ${allowed}`],
    ['uploads/x', `“uploads/x” is not allowed. ${allowed}`],
    ['sheets', `“sheets” is not allowed. ${allowed}`],
    [shared, `“${shared}” is not allowed. ${allowed}`],
    ['sheets/file', 'sheets/file is a file, not a folder. Choose a folder for the sheet.'],
    [
      'sheets/notes',
      'sheets/notes is not a sheet: it also holds letter.txt. Move those files, or choose another folder.',
    ],
    [
      'sheets/nested',
      'sheets/nested is not a sheet: it also holds categories.csv. Move those files, or choose another folder.',
    ],
    [
      'sheets/review',
      'sheets/review has a previous version that is not a sheet: it also holds x. Move those files, or choose another folder.',
    ],
    [
      'sheets/x.previous',
      'sheets/x.previous is reserved for exports. Choose a name that does not end in .previous or .writing.',
    ],
  ];
  for (const [given, message] of cases) t.equal(refusal(root, given, 'write'), message, given);

  const wide = { ...root.config, importRoots: [path.dirname(data)] };
  for (const given of ['chl.db', 'ops.db-wal', 'faiss_index', 'faiss_index/x', 'backups', '.', 'jobs/1']) {
    t.match(
      refusal({ config: wide }, given, 'write'),
      ours,
      `${given}, with an import root around the data root`,
    );
  }
  const own = {
    ...wide,
    databasePath: path.join(shared, 'db/chl.db'),
    indexFolder: path.join(shared, 'index'),
  };
  for (const given of ['db', 'db/chl.db', 'db/chl.db-wal', 'index', 'index/new']) {
    t.match(refusal({ config: own }, path.join(shared, given), 'write'), ours, `${given}, elsewhere`);
  }
});

t.test('a tab may be a link to a file inside only', async (t) => {
  const { root, data, outside } = makePlaces(t);
  t.ok(mayRead(root.config, path.join(data, 'sheets/published/manuals.csv')));
  t.notOk(mayRead(root.config, path.join(outside, 'manuals.csv')));
  t.notOk(mayRead(root.config, path.join(data, 'chl.db')));
});
