import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { measureDisk } from '../../src/disk/measure.ts';
import { walkDisk } from '../../src/disk/walk-disk.ts';
import { makeFolder } from '../support/folder.ts';

const kibibyte = 1024;

function openRoot(t: Test, env: Record<string, string> = {}) {
  const folder = makeFolder(t);
  const root = path.join(folder, 'data');
  fs.mkdirSync(path.join(root, 'logs'), { recursive: true });
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, ...env }, folder);
  const write = (name: string, kibibytes: number) => {
    const file = path.resolve(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, Buffer.alloc(kibibytes * kibibyte, 1));
    return file;
  };
  return { folder, root, config, write };
}

const bytesOf = ({ parts }: ReturnType<typeof walkDisk>) =>
  Object.fromEntries(parts.map(({ part, bytes }) => [part, bytes]));

t.test('each file counts for one part, in the blocks that it takes', async (t) => {
  const { root, config, write } = openRoot(t);
  write('logs/1.log', 100);
  write('backups/20261128T020000Z-1/library.db', 200);
  write('sheets/published/manuals.csv', 40);
  write('uploads/snapshot-1.zip', 60);
  write(config.databasePath, 80);
  write(`${config.opsDatabasePath}-wal`, 20);
  write(path.join(config.indexFolder, 'gen-1/index.faiss'), 300);
  write('plans/1.db', 8);
  const measured = walkDisk(config);
  const bytes = bytesOf(measured);
  const holds = (part: string, kibibytes: number) => {
    const found = (bytes[part] ?? 0) / kibibyte;
    t.ok(found >= kibibytes && found < kibibytes + 40, `${part}: ${found} KiB`);
  };
  holds('logs', 100);
  holds('backups', 200);
  holds('sheets', 100);
  holds('databases', 100);
  holds('index', 300);
  holds('other', 8);
  const sum = Object.values(bytes).reduce((total, one) => total + one, 0);
  const du = execFileSync('du', ['-s', '--block-size=1', root], { encoding: 'utf8' });
  t.equal(sum, Number(du.split('\t')[0]), 'as du says');
  t.match(measured, { isPartial: false, free: Number, total: Number });
  t.ok(measured.free <= measured.total);
});

t.test('a file with two links counts once, and links are not followed', async (t) => {
  const { root, folder, config, write } = openRoot(t);
  const file = write('logs/1.log', 500);
  fs.linkSync(file, path.join(root, 'logs', '2.log'));
  fs.mkdirSync(path.join(folder, 'elsewhere'));
  fs.writeFileSync(path.join(folder, 'elsewhere', 'large'), Buffer.alloc(900 * kibibyte, 1));
  fs.symlinkSync(path.join(folder, 'elsewhere'), path.join(root, 'logs', 'link'));
  t.ok((bytesOf(walkDisk(config)).logs ?? 0) < 600 * kibibyte);
});

t.test('folders outside of the data folder belong to their parts, too', async (t) => {
  const outside = path.join(makeFolder(t), 'backups');
  const { config, write } = openRoot(t, { CHL_BACKUP_PATH: outside });
  write(path.join(outside, 'one/library.db'), 700);
  t.ok((bytesOf(walkDisk(config)).backups ?? 0) >= 700 * kibibyte);
  const other = fs.statSync('/dev/shm', { throwIfNoEntry: false });
  if (!other || other.dev === fs.statSync(config.root).dev) return;
  const shared = fs.mkdtempSync('/dev/shm/chl-test-');
  t.teardown(() => fs.rmSync(shared, { recursive: true }));
  const { parts } = walkDisk({ ...config, backupPath: shared });
  t.match(
    parts.find(({ part }) => part === 'backups'),
    { isElsewhere: true },
  );
});

t.test('a thread measures the same', async (t) => {
  const { config, write } = openRoot(t);
  write('logs/1.log', 100);
  const { parts } = await measureDisk(config, new AbortController().signal);
  t.strictSame(parts, walkDisk(config).parts);
  const stopped = new AbortController();
  const measuring = measureDisk(config, stopped.signal);
  stopped.abort();
  await t.rejects(measuring, { message: /was not measured/ });
  await t.rejects(measureDisk({ ...config, root: '/nowhere' }, new AbortController().signal));
});
