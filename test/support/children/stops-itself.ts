import { runOn } from '../message.ts';

runOn('about to stop');
process.kill(process.pid, 'SIGSTOP');
