// Writes one line of `count` bytes.
import { readArguments, writeAll } from '../message.ts';

const { count = 0 } = readArguments();
const block = Buffer.alloc(64 * 1024, 'abcdefgh');
for (let left = count; left > 0; left -= block.length)
  writeAll(1, block.subarray(0, Math.min(left, block.length)));
writeAll(1, Buffer.from('\n'));
