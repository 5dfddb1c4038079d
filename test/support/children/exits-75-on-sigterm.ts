import { runOn } from '../message.ts';

process.on('SIGTERM', () => process.exit(75));
runOn('polite');
