import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { writeDraft } from '../../src/backup-store/set-draft.ts';
import { readConfig } from '../../src/core/config.ts';
import { createTurns } from '../../src/backup-store/set-reader.ts';
import { removeRemoved, removeUnfinished } from '../../src/backup-store/unfinished.ts';

const set = '20261128T020000Z-1117';
const copy = 'library-20261128T091200.123Z-ab12cd34.db';

t.test('only unfinished work of this program is removed from the folder of backups', async (t) => {
  const stays = ['video.partial', '.thesis.docx.partial', 'library.db.partial', set, copy, `${set}.part`];
  // People give such names, too.
  stays.push(`${set}.partial`, `${copy}.partial`, `${copy}.partial-wal`, '.video.removed');
  const goes = [`.${set}.partial`, `.${copy}.partial`, `.${copy}.partial-journal`, `.${copy}.partial-wal`];
  const removed = [`.${set}.removed`, `.${copy}.removed`];
  const names = [...stays, ...goes, ...removed];
  const backupPath = t.testdir(Object.fromEntries(names.map((name) => [name, { file: 'x' }])));
  removeUnfinished({ backupPath });
  t.same(fs.readdirSync(backupPath).sort(), [...stays, ...removed].sort());
  removeRemoved({ backupPath });
  t.same(fs.readdirSync(backupPath).sort(), [...stays].sort());
});

t.test('a folder of backups that cannot be written is named', async (t) => {
  const file = path.join(t.testdir({ file: '' }), 'file');
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
