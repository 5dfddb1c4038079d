// Says its text in every way a script can: both outputs, progress, row, result, failure; cut in two on stdout.
import { readArguments, say, writeAll } from '../message.ts';

const { text = '' } = readArguments();
const half = Math.floor(text.length / 2);
writeAll(1, Buffer.from(`out ${text.slice(0, half)}`));
say({ type: 'progress', done: 1, total: 1, phase: 'tell', note: `note ${text}` });
writeAll(1, Buffer.from(`${text.slice(half)}.\n`));
writeAll(2, Buffer.from(`err ${text}.\n`));
say({ type: 'row', ref: `ref ${text}`, outcome: 'told', message: `row ${text}` });
say({ type: 'failure', message: `failed with ${text}`, detail: { deep: [`detail ${text}`] } });
process.exitCode = 1;
