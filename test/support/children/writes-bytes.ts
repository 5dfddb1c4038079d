// Writes every byte there is to stdout, `count` times, with something on stderr in between.
import { readArguments, writeAll } from '../message.ts';

const { count = 1 } = readArguments();
const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
for (let time = 0; time < count; time++) writeAll(1, bytes);
writeAll(2, Buffer.from('on stderr'));
