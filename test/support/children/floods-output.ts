// Writes `count` bytes as fast as they are read; without a count it never ends.
import { readArguments, send, writeAll } from '../message.ts';

const { count = Number.POSITIVE_INFINITY } = readArguments();
const block = Buffer.from(`${'flood'.repeat(13)}.\n`.repeat(1024));
send({ type: 'progress', done: 0, phase: 'flood' });
for (let left = count; left > 0; left -= block.length)
  writeAll(1, block.subarray(0, Math.min(left, block.length)));
