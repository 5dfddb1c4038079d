import { readArguments, send } from '../message.ts';

const args = readArguments();
process.stdout.write('to stdout\n');
process.stderr.write('to stderr\n');
send({ type: 'progress', done: 1, total: 2, phase: 'work', note: 'halfway' });
send({ type: 'progress', done: 2, total: 2, phase: 'work' });
send({ type: 'row', ref: 'Sheet!2', outcome: 'added' });
send({ type: 'row', outcome: 'invalid', message: 'no title' });
send({ type: 'result', data: { args } });
