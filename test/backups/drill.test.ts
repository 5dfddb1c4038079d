// The restore test of a backup, within this process.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Backup } from '../../src/backup-store/backup.ts';
import { setFolder } from '../../src/backup-store/set-files.ts';
import { type Drill, drillBackup } from '../../src/backups/drill.ts';
import { inMebibytes } from '../../src/backups/drill-progress.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { createRandom } from '../../scripts/random.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { changeManifest, listFiles, makeSet } from '../support/sets.ts';

const steps = [
  'Files are what the manifest says',
  'Restored beside the library',
  'Integrity',
  'Counts',
  'Opened by this version',
  'Search answers',
  'Removed again',
];
const [files, copy, integrity, counts, open, search, remove] = steps;

t.test('a backup of the starter library', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  const set = await makeSet(app.config);
  const folder = setFolder(app.config, set.id);
  const drill = (given: Partial<Drill> = {}) => drillOf(app, set, given);

  await t.test('is proven when it comes back whole, and nothing is left behind', async (t) => {
    const seen: string[] = [];
    const verdict = await drill({ onProgress: (_done, _total, step) => void seen.push(step) });
    t.equal(verdict.proof, 'proven', verdict.text);
    t.equal(verdict.text, '20 of 20 entries found by their stored embeddings.');
    t.same(
      verdict.steps.map(({ name, outcome }) => [name, outcome]),
      steps.map((name) => [name, 'ok']),
    );
    t.ok(verdict.steps.every(({ ms }) => ms !== null));
    t.match(
      verdict.steps.map(({ text }) => text),
      [
        /^\d of \d files by SHA-256$/,
        /^[\d.]+ [KM]iB, into a temporary folder$/,
        'No error in library.db and ops.db; foreign keys hold',
        /^\d+ categories, 60 experiences, 12 manuals, as in the manifest$/,
        / needs no migration$/,
        /^20 of 20 entries/,
        'Nothing of it is left',
      ],
    );
    t.same([...new Set(seen)], ['files', 'copy', 'integrity', 'counts', 'open', 'search', 'remove']);
    const shown: unknown[][] = [];
    await drill({ onProgress: inMebibytes((...given) => void shown.push(given)) });
    const amounts = shown.filter(([, total]) => total !== undefined);
    const whole = Math.ceil(listFiles(folder).reduce((sum, { bytes }) => sum + bytes, 0) / 1024 ** 2);
    t.strictSame(amounts.at(0), [1, whole, 'files', 'in MiB']);
    t.strictSame(amounts.at(-1), [whole, whole, 'copy', 'in MiB']);
    t.same(fs.readdirSync(path.join(app.root, 'tmp')), []);
    t.same(listFiles(folder), JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')).files);
  });

  await t.test('fails for each of 300 changed bytes, and names the file', async (t) => {
    const names = [...listFiles(folder).map(({ name }) => name), 'manifest.json'];
    const random = createRandom(15);
    const wrong: string[] = [];
    const hit = new Set<string>();
    for (let flip = 0; flip < 300; flip++) {
      const name = names[random(names.length)] ?? '';
      const { file, step, proof, text } = await whileChanged(path.join(folder, name), random, () => drill());
      hit.add(name);
      if (proof !== 'failed' || file !== name || step !== 'files' || !text.startsWith(name))
        wrong.push(`${name}: ${proof}, ${file}, ${step}: ${text}`);
    }
    t.same(wrong, []);
    t.strictSame([...hit].sort(), names.sort(), 'each file was hit');
    t.equal((await drill()).proof, 'proven', 'the backup is whole again');
  });

  await t.test('fails for a file that is missing, cut, or replaced by a folder', async (t) => {
    const file = path.join(folder, 'ops.db');
    const aside = path.join(app.root, 'aside');
    fs.renameSync(file, aside);
    t.match(await drill(), { proof: 'failed', file: 'ops.db', text: 'ops.db is missing.' });
    fs.mkdirSync(file);
    t.match(await drill(), { proof: 'failed', file: 'ops.db', text: 'ops.db is not a file.' });
    fs.rmdirSync(file);
    fs.copyFileSync(aside, file);
    fs.truncateSync(file, 10);
    t.match(await drill(), { proof: 'failed', file: 'ops.db', text: /^ops\.db has 10 bytes instead of/ });
    fs.renameSync(aside, file);
    const manifest = path.join(folder, 'manifest.json');
    fs.renameSync(manifest, aside);
    t.match(await drill(), {
      proof: 'failed',
      file: 'manifest.json',
      text: 'manifest.json is missing.',
    });
    t.match(await drillOf(app, { ...set, sha256: null }), { proof: 'failed', file: 'manifest.json' });
    fs.renameSync(aside, manifest);
    const { steps: failed } = await whileChanged(file, createRandom(1), () => drill());
    t.same(
      failed.map(({ outcome }) => outcome),
      ['failed', ...Array(6).fill('not_reached')],
    );
  });

  await t.test(
    'fails for rows that the manifest does not count, or an audit log that ends elsewhere',
    async (t) => {
      const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
      const { library, ops } = manifest.counts;
      const cases = [
        [
          { counts: { ops, library: { ...library, experiences: 61 } } },
          'library.db',
          /60 rows in experiences; the manifest counts 61/,
        ],
        [{ counts: { library, ops: { ...ops, lost: 1 } } }, 'ops.db', /no table lost/],
        [
          { counts: { ops, library: { ...library, experiences: undefined } } },
          'manifest.json',
          /^manifest\.json does not count the rows of experiences in library\.db\.$/,
        ],
        [
          { counts: { library: {}, ops: {} } },
          'manifest.json',
          /^manifest\.json does not count the rows of \w+ in library\.db, and of \d+ more tables\.$/,
        ],
        [{ audit_head: { id: 1, hash: '0'.repeat(64) } }, 'ops.db', /row 1 of the audit log is not the one/],
        [{ index: { ...manifest.index, vectors: 5 } }, 'index', /has 72 vectors; the manifest counts 5/],
      ] as const;
      for (const [change, file, text] of cases) {
        const changed = changeManifest(app.config, set, change);
        t.match(await drillOf(app, changed), { proof: 'failed', file, text });
        changeManifest(app.config, set, manifest);
      }
    },
  );
});

const whole = { proof: 'inconclusive', file: null, step: null } as const;

t.test('a backup that cannot be judged is neither proven nor failed', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  const set = await makeSet(app.config, { hasIndex: false });
  const outcomes = (verdict: Awaited<ReturnType<typeof drillBackup>>) =>
    verdict.steps.filter(({ outcome }) => outcome !== 'ok').map(({ name }) => name);

  const withoutIndex = await drillOf(app, set);
  t.match(withoutIndex, { ...whole, text: /^It has no index/ });
  t.same(outcomes(withoutIndex), [search], 'everything else was looked at');

  const withoutRoom = await drillOf(app, set, { reserveBytes: Number.MAX_SAFE_INTEGER });
  t.match(withoutRoom, {
    ...whole,
    text: /^The disk of the data folder has .* left; the test needs .* and a reserve of/,
  });
  t.same(outcomes(withoutRoom), [copy, integrity, counts, open, search]);

  const id = fs.readdirSync(app.config.backupPath).find((name) => name.endsWith('.db')) ?? '';
  const { size: bytes } = fs.statSync(setFolder(app.config, id));
  const beforeImport = await drillOf(app, { id, bytes, sha256: null });
  t.match(beforeImport, { ...whole, text: /^A copy before an import has no manifest/ });
  t.same(outcomes(beforeImport), [files, counts, search], 'its pages are checked, and it opens');
  t.same(fs.readdirSync(path.join(app.root, 'tmp')), []);
});

t.test('a damaged copy, rows without their category, and a wrong index fail in their own step', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  await app.run('index');
  const set = await makeSet(app.config);
  const folder = setFolder(app.config, set.id);
  const reseal = () => changeManifest(app.config, set, { files: listFiles(folder) });
  const library = path.join(folder, 'library.db');
  const before = fs.readFileSync(library);

  const damaged = Buffer.from(before);
  damaged.fill(0xff, 4096 * 3, 4096 * 6);
  fs.writeFileSync(library, damaged);
  t.match(await drillOf(app, reseal()), { proof: 'failed', file: 'library.db', step: 'integrity' });

  fs.writeFileSync(library, before);
  change(
    library,
    `PRAGMA foreign_keys = OFF; DELETE FROM categories WHERE code = (SELECT category_code FROM experiences LIMIT 1)`,
  );
  const orphaned = await drillOf(app, reseal());
  t.match(orphaned, {
    proof: 'failed',
    file: 'library.db',
    step: 'integrity',
    text: /names a row of categories that does not exist/,
  });

  fs.writeFileSync(library, before);
  change(
    library,
    'UPDATE embeddings SET embedding_data = (SELECT embedding_data FROM embeddings ORDER BY rowid DESC LIMIT 1)',
  );
  const lost = await drillOf(app, reseal());
  t.match(lost, {
    proof: 'failed',
    file: 'index',
    step: 'search',
    text: /does not find the .* by its stored embedding/,
  });

  fs.writeFileSync(library, before);
  change(library, `INSERT INTO ops_migration (hash, created_at) VALUES ('later', 9000000000000)`);
  const changed = changeManifest(app.config, set, { files: listFiles(folder) });
  t.match(await drillOf(app, changed), { proof: 'failed', step: 'counts' });
  t.equal(remove, 'Removed again');
  t.same(fs.readdirSync(path.join(app.root, 'tmp')), [], 'nothing is left on any path');
});

function drillOf(app: TestApp, backup: Pick<Backup, 'id' | 'bytes' | 'sha256'>, given: Partial<Drill> = {}) {
  return drillBackup({
    backup,
    place: setFolder(app.config, backup.id),
    folder: path.join(app.root, 'tmp/.drill-test.partial'),
    reserveBytes: 0,
    onProgress() {},
    ...given,
  });
}

/** Changes one random byte of a file during `work`. */
async function whileChanged<T>(
  file: string,
  random: (below: number) => number,
  work: () => Promise<T>,
): Promise<T> {
  const { size } = fs.statSync(file);
  const at = random(size);
  const before = Buffer.alloc(1);
  const fd = fs.openSync(file, 'r+');
  try {
    fs.readSync(fd, before, 0, 1, at);
    fs.writeSync(fd, Buffer.of((before[0] ?? 0) ^ (1 + random(255))), 0, 1, at);
    return await work();
  } finally {
    fs.writeSync(fd, before, 0, 1, at);
    fs.closeSync(fd);
  }
}

function change(file: string, sql: string) {
  const db = openDatabase(file, { busyMs: 0 });
  db.exec(sql);
  db.pragma('journal_mode = DELETE');
  db.close();
}
