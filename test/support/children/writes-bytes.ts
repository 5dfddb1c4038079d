// Writes every byte value to stdout, `count` times, and some text to stderr.
import { readArguments, writeAll } from '../message.ts';

const { count = 1 } = readArguments();
const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
for (let time = 0; time < count; time++) writeAll(1, bytes);
writeAll(2, Buffer.from('on stderr'));
