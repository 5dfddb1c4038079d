import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import t from 'tap';
import { writeDraft } from '../../src/backup-store/set-draft.ts';
import { readConfig } from '../../src/core/config.ts';
import { createTurns } from '../../src/backup-store/set-reader.ts';
import { createCleaning } from '../../src/backup-store/unfinished.ts';
import { makeFolder } from '../support/folder.ts';

const set = '20261128T020000Z-1117';
const copy = 'library-20261128T091200.123Z-ab12cd34.db';

const byHand = '20261128T020000Z-by-hand';

t.test('only unfinished work of this program is removed, that of a job once it has ended', async (t) => {
  const peoples = [`${set}.partial`, `${copy}.partial`, `${copy}.partial-wal`, '.video.removed'];
  const stays = [
    'video.partial',
    '.thesis.docx.partial',
    'library.db.partial',
    set,
    copy,
    `${set}.part`,
    ...peoples,
  ];
  const working = `.${byHand}.partial.${process.pid}`;
  const left = ['', '.999999999'].map((pid) => `.${byHand}.partial${pid}`);
  const ofCopy = [`.${copy}.partial`, `.${copy}.partial-journal`, `.${copy}.partial-wal`];
  const removed = [`.${set}.removed`, `.${copy}.removed`];
  const names = [...stays, working, ...left, `.${set}.partial`, ...ofCopy, ...removed];
  const inTmp = [
    '.drill-ab12cd34-1.partial',
    '.restore-ab12cd34-1.partial',
    '.restore-ab12cd34-2.partial',
    'mine',
  ];
  const filled = (all: string[]) => Object.fromEntries(all.map((name) => [name, { file: 'x' }]));
  const root = makeFolder(t, { backups: filled(names), tmp: filled(inTmp) });
  const config = { root, backupPath: path.join(root, 'backups') };
  const cleaning = createCleaning({ config, log: pino({ level: 'silent' }) });
  const has = (backups: string[], tmp: string[], after: string) => {
    t.strictSame(fs.readdirSync(config.backupPath).sort(), backups.sort(), after);
    t.strictSame(fs.readdirSync(path.join(root, 'tmp')).sort(), tmp.sort(), after);
  };
  await cleaning.afterJob({ id: 'ab12cd34-1', number: 17, operation: 'import' });
  has([...stays, working, ...left, ...removed, `.${set}.partial`], inTmp.slice(2), 'an import');
  await cleaning.afterJob({ id: 'c0', number: 1117, operation: 'backup' });
  has([...stays, working, ...left], inTmp.slice(2), 'a backup, which removes old ones, too');
  await cleaning.all();
  has([...stays, working], ['mine'], 'a start');
});

t.test('one leftover that cannot be removed is reported once, and keeps no other', async (t) => {
  const root = makeFolder(t, {
    backups: { [`.${set}.removed`]: {}, [`.${set}.partial`]: { file: 'x' } },
    tmp: { '.drill-ab12cd34-1.partial': { file: 'x' } },
  });
  const config = { root, backupPath: path.join(root, 'backups') };
  const stuck = path.join(config.backupPath, `.${set}.removed`);
  nestTooDeep(stuck);
  const reports: object[] = [];
  const cleaning = createCleaning({
    config,
    log: { warn: (report: object) => reports.push(report) } as never,
  });
  const left = () => [fs.readdirSync(config.backupPath), fs.readdirSync(path.join(root, 'tmp'))];
  await cleaning.all();
  t.strictSame(left(), [[`.${set}.removed`], []]);
  t.match(reports, [{ place: stuck, err: { code: 'ENAMETOOLONG' } }]);
  await cleaning.all();
  t.equal(reports.length, 1);
  execFileSync('rm', ['-rf', stuck]);
});

t.test('a folder of backups that cannot be read keeps nothing in tmp', async (t) => {
  const root = makeFolder(t, { backups: 'a file', tmp: { '.drill-ab12cd34-1.partial': { file: 'x' } } });
  const config = { root, backupPath: path.join(root, 'backups') };
  await createCleaning({ config, log: pino({ level: 'silent' }) }).all();
  t.strictSame(fs.readdirSync(path.join(root, 'tmp')), []);
});

/** Makes folders in it whose path is too long for the system, so that Node cannot remove them. */
function nestTooDeep(folder: string) {
  const program = `
    const name = 'n'.repeat(250);
    for (let depth = 0; depth < 20; depth += 1) {
      fs.mkdirSync(name);
      process.chdir(name);
    }
  `;
  execFileSync(process.execPath, ['-e', program], { cwd: folder });
}

t.test('a folder of backups that cannot be written is named', async (t) => {
  const file = path.join(makeFolder(t, { file: '' }), 'file');
  const config = readConfig({ CHL_BACKUP_PATH: path.join(file, 'backups') }, '/');
  const made = writeDraft(config, set, async () => t.fail('nothing is written'));
  await t.rejects(made, { message: `${file}/backups is a file, or below one, where a folder is expected.` });
});

t.test('a disk that does not answer holds one read, and no reader for long', async (t) => {
  const inTurn = createTurns({ backupPath: '/mnt/backups' }, 20);
  // The limit alone keeps no process running.
  const running = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(running));
  let reads = 0;
  let answer = () => {};
  const read = async () => {
    reads += 1;
    if (reads === 1) await new Promise<void>((resolve) => (answer = resolve));
    return reads;
  };
  const refusal = { code: 'temporary', message: /^The folder of backups, \/mnt\/backups, does not answer\./ };
  await t.rejects(inTurn(read), refusal);
  await t.rejects(inTurn(read), refusal);
  t.equal(reads, 1);
  answer();
  t.equal(await inTurn(read), 2, 'the one that nobody waits for was passed over');
});
