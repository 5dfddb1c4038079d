import { runOn } from '../message.ts';

process.on('SIGTERM', () => process.exit(0));
runOn('polite');
