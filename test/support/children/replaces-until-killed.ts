// Replaces `chl.db` by `new.db`, and kills itself before its n-th change of names. Arguments: n, and the folder of both.
import fs from 'node:fs';
import path from 'node:path';
import { readFrom } from '../../../src/core/db/read-from.ts';
import { replaceDatabase } from '../../../src/restore/replace-database.ts';
import { killBeforeCall } from './kill-before.ts';

const [count = '0', root = ''] = process.argv.slice(2);
const [database, source, head] = ['chl.db', 'new.db', 'audit.head'].map((name) => path.join(root, name)) as [
  string,
  string,
  string,
];
killBeforeCall(Number(count), ['linkSync', 'renameSync', 'rmSync', 'fsyncSync']);
const given = { root, command: 'restore-library', now: new Date(), outdated: [head] };
await replaceDatabase(database, given, async ({ copy }) => {
  fs.copyFileSync(source, copy);
  try {
    // A reader leaves a log.
    readFrom(database, () => {});
  } catch {}
});
