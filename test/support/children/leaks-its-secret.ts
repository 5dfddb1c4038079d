// Leaks its text in every way a script can: both outputs, progress, row, result, failure; in two chunks on stdout.
import { readArguments, send, writeAll } from '../message.ts';

const { text = '' } = readArguments();
const half = Math.floor(text.length / 2);
writeAll(1, Buffer.from(`out ${text.slice(0, half)}`));
send({ type: 'progress', done: 1, total: 1, phase: 'leak', note: `note ${text}` });
writeAll(1, Buffer.from(`${text.slice(half)}.\n`));
writeAll(2, Buffer.from(`err ${text}.\n`));
send({ type: 'row', ref: `ref ${text}`, outcome: 'leaked', message: `row ${text}` });
send({ type: 'failure', message: `failed with ${text}`, detail: { deep: [`detail ${text}`] } });
process.exitCode = 1;
