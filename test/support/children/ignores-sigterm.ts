import { runOn } from '../message.ts';

process.on('SIGTERM', () => process.stdout.write('SIGTERM is ignored\n'));
runOn('deaf');
