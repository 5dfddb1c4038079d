// Rebuilds the index of the data root `argv[2]`, and kills itself before the n-th change of a file, where n is `argv[3]`.
import fs from 'node:fs';
import { readConfig } from '../../../src/core/config.ts';
import { openDatabase } from '../../../src/core/db/open.ts';
import { rebuild } from '../index-of.ts';

const [root = '', killAt = ''] = process.argv.slice(2);
const config = readConfig({ CHL_EXPERIENCE_ROOT: root }, root);
const library = openDatabase(config.databasePath, { busyMs: 1000 });
let changes = 0;

const files = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of [
  'mkdirSync',
  'writeFileSync',
  'writeSync',
  'linkSync',
  'fsyncSync',
  'renameSync',
  'rmSync',
]) {
  const real = files[name] as (...args: unknown[]) => unknown;
  files[name] = (...args) => {
    if (++changes === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}

await rebuild(config, library);
library.close();
