// Files that desktops and office programs leave in a sheet's folder.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { isDesktopFile } from '../../src/zip/desktop-files.ts';
import { resolveSheetPath } from '../../src/sheets/location.ts';
import { tabFiles } from '../../src/sheets/tabs.ts';
import { makeRoot, sheet, writeSheet } from '../support/library.ts';
import { runScript } from '../support/script.ts';

const desktopFiles = [
  '.DS_Store',
  '._experiences.csv',
  'Icon\r',
  'desktop.ini',
  'Thumbs.db',
  '.directory',
  '.dropbox',
  '.nfs000000000012ab34',
  '.smbdeleteAAA4b1',
  '.picasa.ini',
  '.sync_1a2b3c.db-wal',
  '.owncloudsync.log',
  '.#manuals.csv',
  '.~lock.experiences.csv#',
  '~$manuals.csv',
];

function addDesktopFiles(folder: string) {
  for (const name of desktopFiles) fs.writeFileSync(path.join(folder, name), 'by a program');
  for (const name of ['__MACOSX', '@eaDir']) {
    fs.mkdirSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, name, '._categories.csv'), '');
  }
}

t.test('an import ignores desktop files and warns of open ones', async (t) => {
  const { config } = makeRoot(t);
  addDesktopFiles(writeSheet({ config }, sheet()));
  const { code, rows, stdout } = await runScript(config, 'import');
  t.equal(code, 0);
  const lost = 'Changes that are not saved there are not imported.';
  const warnings = [
    [
      'Experiences',
      `experiences.csv is open in LibreOffice, by its lock file .~lock.experiences.csv#. ${lost}`,
    ],
    ['Manuals', `manuals.csv is open in Emacs, by its lock file .#manuals.csv. ${lost}`],
    ['Manuals', `manuals.csv is open in Excel, by its lock file ~$manuals.csv. ${lost}`],
  ];
  t.strictSame(
    rows.map(({ ref, outcome, message }) => [ref, outcome, message]),
    warnings.map(([tab, message]) => [tab, 'warning', message]),
  );
  for (const [tab, message] of warnings) t.match(stdout, `${tab}: ${message}`);
});

t.test('exports replace a sheet with desktop files, and warn of open files', async (t) => {
  const { config } = makeRoot(t);
  writeSheet({ config }, sheet());
  await runScript(config, 'import');
  const folder = path.join(config.root, 'sheets/review');
  for (const round of ['first', 'second', 'third']) {
    const { code, rows, stderr } = await runScript(config, 'export');
    t.equal(code, 0, `${round}: ${stderr}`);
    t.strictSame(fs.readdirSync(folder), tabFiles);
    t.equal(rows.length, round === 'first' ? 0 : 3);
    if (round !== 'first')
      t.match(
        rows.find(({ ref }) => ref === 'Experiences'),
        {
          ref: 'Experiences',
          outcome: 'warning',
          message:
            'experiences.csv is open in LibreOffice, by its lock file .~lock.experiences.csv#. Close it there without saving: saving would replace the exported file.',
        },
      );
    addDesktopFiles(folder);
  }
});

t.test('an export that was killed is repaired although its folders have desktop files', async (t) => {
  const { config } = makeRoot(t);
  writeSheet({ config }, sheet());
  await runScript(config, 'import');
  for (const name of ['review.previous', 'review.writing'])
    addDesktopFiles(writeSheet({ config }, sheet(), `sheets/${name}`));
  t.match(await runScript(config, 'export'), { code: 0 });
  t.strictSame(fs.readdirSync(path.join(config.root, 'sheets/review')), tabFiles);
});

t.test('a missing tab is not looked for among desktop files', async (t) => {
  const { config } = makeRoot(t);
  const folder = writeSheet({ config }, sheet());
  for (const name of tabFiles) fs.rmSync(path.join(folder, name));
  addDesktopFiles(folder);
  const { failure } = await runScript(config, 'import');
  t.match(failure?.message, 'The folder is empty.');
});

t.test('a file of a person is no desktop file, and no export removes it', async (t) => {
  for (const name of [
    ...tabFiles,
    'letter.txt',
    "experiences (Mara's conflicted copy).csv",
    'experiences.csv~',
    '.experiences.csv.swp',
    '.env',
    'Icon',
  ])
    t.notOk(isDesktopFile(name), name);
  const { config } = makeRoot(t);
  const folder = writeSheet({ config }, sheet(), 'sheets/review');
  addDesktopFiles(folder);
  fs.writeFileSync(path.join(folder, 'experiences.csv~'), '');
  t.throws(() => resolveSheetPath(config, 'sheets/review', 'write'), {
    message:
      'sheets/review is not a sheet: it also holds experiences.csv~. Move those files, or choose another folder.',
  });
});
