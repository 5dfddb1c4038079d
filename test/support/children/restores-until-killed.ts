// Runs a command line, and kills itself before its n-th call that changes names or waits for the disk. Arguments: n, and the words.
import { runCli } from '../../../src/cli/main.ts';
import { killBeforeCall } from './kill-before.ts';

const [count = '0', ...words] = process.argv.slice(2);
killBeforeCall(Number(count), ['linkSync', 'renameSync', 'fsyncSync']);
process.exitCode = await runCli(words, process.stdout, process.stderr);
