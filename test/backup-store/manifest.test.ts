import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { type Manifest, readManifest, writeManifest } from '../../src/backup-store/manifest.ts';
import { libraryFile, setFile, setFolder } from '../../src/backup-store/set-files.ts';
import { makeFolder } from '../support/folder.ts';

const hash = 'a'.repeat(64);
const manifest: Manifest = {
  format: 'chl-backup-1',
  version: '0.1.0',
  made_at: '2026-11-28T02:00:00.000Z',
  job: 1117,
  note: null,
  revision: 7,
  model: 'm',
  dimension: 4,
  counts: { library: { experiences: 60 }, ops: { job: 3 } },
  index: { generation: 'gen-1', vectors: 72 },
  audit_head: { id: 9, hash },
  files: ['library.db', 'ops.db'].map((name) => ({ name, bytes: 10, sha256: hash })),
};

t.test('a manifest is read as it was written', async (t) => {
  const folder = makeFolder(t, { 'manifest.json': writeManifest(manifest) });
  t.strictSame(readManifest(folder), manifest);
  const least = { ...manifest, job: null, index: null, model: null, dimension: null, audit_head: null };
  fs.writeFileSync(path.join(folder, 'manifest.json'), writeManifest(least));
  t.strictSame(readManifest(folder), least);
});

t.test('a manifest that is missing or changed is refused by its name', async (t) => {
  const [file] = manifest.files;
  const wrong: [text: string | null, message: RegExp][] = [
    [null, /manifest\.json does not exist/],
    ['', /it is no JSON object/],
    ['[]', /it is no JSON object/],
    [' '.repeat(2_000_000), /it is too large/],
    [JSON.stringify({ ...manifest, format: 'chl-backup-2' }), /has the format "chl-backup-2"/],
    ...[-1, 1.5, '3', null, [3], { rows: 3 }].map((job): [string, RegExp] => [
      JSON.stringify({ ...manifest, counts: { library: {}, ops: { job } } }),
      /"counts" is missing or wrong/,
    ]),
    ...[undefined, null, [], {}, { library: {} }, { library: [], ops: [] }].map(
      (counts): [string, RegExp] => [JSON.stringify({ ...manifest, counts }), /"counts" is missing or wrong/],
    ),
    ...['../chl.db', '/etc/passwd', 'index/../x', 'index/.x', 'manifest.json', ''].map(
      (name): [string, RegExp] => [
        JSON.stringify({ ...manifest, files: [...manifest.files, { ...file, name }] }),
        /"files" is missing or wrong/,
      ],
    ),
    [JSON.stringify({ ...manifest, files: [file, file] }), /"files" is missing or wrong/],
    [JSON.stringify({ ...manifest, files: [] }), /"files" is missing or wrong/],
    [JSON.stringify({ ...manifest, files: [file] }), /"files" is missing or wrong/],
  ];
  for (const [text, message] of wrong) {
    const folder = makeFolder(t, text === null ? {} : { 'manifest.json': text });
    const error = refusalOf(() => readManifest(folder));
    t.match(error, { code: 'bad_input', message });
    t.ok(error?.message.startsWith(path.join(folder, 'manifest.json')));
  }
});

t.test('a pipe in the place of a manifest is not opened', async (t) => {
  const folder = makeFolder(t);
  execFileSync('mkfifo', [path.join(folder, 'manifest.json')]);
  t.match(
    refusalOf(() => readManifest(folder)),
    { code: 'bad_input', message: /it is no file/ },
  );
});

t.test('a manifest other than the one that the backup was made with is refused', async (t) => {
  const text = writeManifest(manifest);
  const folder = makeFolder(t, { 'manifest.json': text });
  t.strictSame(readManifest(folder, crypto.hash('sha256', text)), manifest);
  t.match(
    refusalOf(() => readManifest(folder, 'f'.repeat(64))),
    { message: /the backup was made with/ },
  );
});

t.test('only the names of backups lead to files', async (t) => {
  const place = { backupPath: '/backups' };
  t.equal(setFolder(place, '20261128T020000Z-1117'), '/backups/20261128T020000Z-1117');
  t.equal(setFile(place, 'before-0.2.0', 'ops.db'), '/backups/before-0.2.0/ops.db');
  t.equal(libraryFile(place, '20261128T020000Z-by-hand'), '/backups/20261128T020000Z-by-hand/library.db');
  const copy = 'library-20261122T100000.123Z-6f9619ff.db';
  t.equal(libraryFile(place, copy), `/backups/${copy}`);
  for (const id of [
    '',
    '.',
    '..',
    '../ops.db',
    '20261128T020000Z-1/..',
    '.20261128T020000Z-1.partial',
    'mine',
  ])
    t.match(
      refusalOf(() => setFolder(place, id)),
      { code: 'not_found' },
      id,
    );
});

function refusalOf(work: () => unknown): AppError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
