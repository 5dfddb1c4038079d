// Runs a command line, and kills itself before its n-th call that changes names or waits for the disk. Arguments: n, and the words.
import fs from 'node:fs';
import { runCli } from '../../../src/cli/main.ts';

const [count = '0', ...words] = process.argv.slice(2);
let left = Number(count);

function killBefore(place: object, name: string) {
  const method = Reflect.get(place, name) as (...args: unknown[]) => unknown;
  Reflect.set(place, name, (...args: unknown[]) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return method(...args);
  });
}

killBefore(fs.promises, 'copyFile');
for (const name of ['linkSync', 'renameSync', 'fsyncSync']) killBefore(fs, name);
process.exitCode = await runCli(words, process.stdout, process.stderr);
