import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createLibrary } from '../../src/library/repository.ts';
import { countExported, exportSheet, noteExported } from '../../src/sheets/export.ts';
import { guardFormula } from '../../src/sheets/formula.ts';
import { tabFiles } from '../../src/sheets/tabs.ts';
import {
  category,
  experience,
  makeRoot,
  manual,
  openRoot,
  type Root,
  sheet,
  writeSheet,
} from '../support/library.ts';
import { importFolder, unfollowed } from '../support/plan.ts';

/** Texts that CSV or a spreadsheet program may damage. */
const nasty = [
  '"quoted" and ""doubled""',
  'two\r\nlines, and a comma',
  'a lone \r and a lone \n',
  '\nafter an empty line\n',
  ' leading and trailing ',
  '=1+1',
  '-1',
  '@SUM(A1)',
  '+49',
  '\ttab',
  '\rreturn',
  "'",
  "''=twice",
  "'=1+1",
  "'tis",
  '😀 é 日本 \u0001 \uFEFF',
  'semi;colon\ttab',
  'NULL',
  '0',
];

t.test(
  'export, import into an empty library and export again give the same bytes, except exported_at',
  async (t) => {
    const root = makeRoot(t);
    writeSheet(root, nastySheet());
    importFrom(root, 'sheets/published');
    const first = exportTo(root, 'first', '2026-11-22T10:00:00.000Z');
    const twin = openRoot(t, { CHL_EXPERIENCE_ROOT: path.join(root.config.root, 'twin') });
    importFrom(twin, first);
    const second = exportTo(twin, 'second', '2026-11-22T11:00:00.000Z');
    for (const file of tabFiles) {
      const [one, two] = [first, second].map((folder) => fs.readFileSync(path.join(folder, file), 'utf8'));
      t.equal(two?.replaceAll('T11:00:00.000Z', 'T10:00:00.000Z'), one, file);
    }
  },
);

t.test('importing its own export leaves the library unchanged', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, nastySheet());
  importFrom(root, 'sheets/published');
  const { counts } = importFrom(root, exportTo(root, 'review', '2026-11-22T10:00:00.000Z'));
  t.strictSame(counts, { added: 0, changed: 0, unchanged: 1 + nasty.length * 3, removed: 0, invalid: 0 });
  t.strictSame(
    root.db.prepare('SELECT playbook FROM experiences ORDER BY id').pluck().all(),
    nasty,
    'every text came through as it was',
  );
});

t.test(
  'the columns come in the order of the tab, with words for sync_status and no local_only entry',
  async (t) => {
    const root = makeRoot(t);
    const local = { sync_status: 'local_only' };
    writeSheet(
      root,
      sheet({
        experiences: [experience({ playbook: '=1+1' }), experience({ id: 'EXP-2', ...local })],
        manuals: [manual({ id: 'MNL-2', ...local }), manual({ sync_status: 1, author: 'Ada' })],
      }),
    );
    importFrom(root, 'sheets/published');
    const folder = exportTo(root, 'review', '2026-11-22T10:00:00.000Z');
    t.strictSame(
      tabFiles.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')),
      [
        'code,name,description,created_at\r\nGIT,Name of GIT,,2026-01-02T03:04:05.000Z\r\n',
        'id,category_code,section,title,playbook,context,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at\r\n' +
          "EXP-1,GIT,useful,Commit one change at a time,'=1+1,,global,synced,,pending,2026-01-02T03:04:05.000Z,2026-01-02T03:04:05.000Z,,2026-11-22T10:00:00.000Z\r\n",
        'id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at\r\n' +
          'MNL-1,GIT,How we branch,Short branches.,,global,pending,Ada,pending,2026-01-02T03:04:05.000Z,2026-01-02T03:04:05.000Z,,2026-11-22T10:00:00.000Z\r\n',
      ],
    );
    t.strictSame(root.db.prepare('SELECT id, exported_at FROM experiences ORDER BY id').raw().all(), [
      ['EXP-1', '2026-11-22T10:00:00.000Z'],
      ['EXP-2', null],
    ]);
  },
);

t.test('an export does not change the revision of the library', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  importFrom(root, 'sheets/published');
  const before = createLibrary(root.db).revision();
  exportTo(root, 'review', '2026-11-22T10:00:00.000Z');
  t.equal(createLibrary(root.db).revision(), before);
});

function nastySheet() {
  const rows = <T>(
    make: (row: Record<string, string>) => T,
    of: (text: string, at: string) => Record<string, string>,
  ) => nasty.map((text, number) => make(of(guardFormula(text), String(number).padStart(2, '0'))));
  return sheet({
    categories: [
      category(),
      ...rows(category, (text, at) => ({ code: `C${at}`, name: text, description: text })),
    ],
    experiences: rows(experience, (text, at) => ({
      id: `EXP-${at}`,
      title: text,
      playbook: text,
      context: text,
      author: text,
    })),
    manuals: rows(manual, (text, at) => ({ id: `MNL-${at}`, title: text, content: text, summary: text })),
  });
}

function importFrom(root: Root, name: string) {
  const folder = path.resolve(root.config.root, name);
  const plan = importFolder(root, folder, 'replace', '2026-11-22T09:00:00.000Z');
  if (plan.rowProblems.length > 0) throw new Error(JSON.stringify(plan.rowProblems));
  return plan;
}

function exportTo(root: Root, name: string, at: string): string {
  const library = createLibrary(root.db);
  const folder = path.join(root.config.root, 'sheets', name);
  const exported = exportSheet(library, folder, at, unfollowed);
  library.write(() => noteExported(library, exported, at));
  const { experiences, manuals } = countExported(exported);
  const local = library.localCounts();
  const all = library.counts();
  if (experiences + local.experiences !== all.experiences || manuals + local.manuals !== all.manuals) {
    throw new Error('The counts do not add up.');
  }
  return folder;
}
