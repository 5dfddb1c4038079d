import { acquireServerLock } from '../../../src/runner/server-lock.ts';

const [, , root = '', since = ''] = process.argv;
acquireServerLock(root, { pid: process.pid, url: 'http://127.0.0.1:8000', since });
process.stdout.write('locked\n');
setInterval(() => {}, 60_000);
