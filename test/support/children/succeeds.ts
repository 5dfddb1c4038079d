import { readArguments, say } from '../message.ts';

const args = readArguments();
process.stdout.write('to stdout\n');
process.stderr.write('to stderr\n');
say({ type: 'progress', done: 1, total: 2, phase: 'work', note: 'halfway' });
say({ type: 'progress', done: 2, total: 2, phase: 'work' });
say({ type: 'row', ref: 'Sheet!2', outcome: 'added' });
say({ type: 'row', outcome: 'invalid', message: 'no title' });
say({ type: 'result', data: { args } });
