// Writes numbered lines with their time: `rate` a second for `seconds`, or `lines` as fast as they are read.
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

const { rate = 0, seconds = 0, lines = 0 } = JSON.parse(readFileSync(0, 'utf8'));
const everyMs = 10;
const block = 1000;
let written = 0;

const startedAt = performance.now();
while (performance.now() - startedAt < seconds * 1000) {
  write(Math.floor(((performance.now() - startedAt) / 1000) * rate) - written);
  await after(everyMs);
}
while (written < lines) write(Math.min(block, lines - written));

function write(count: number) {
  let text = '';
  for (let line = 1; line <= count; line += 1)
    text += `line ${written + line} at ${Date.now()} of the flood, as long as a line of a log is\n`;
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSome(rest));
  written += count;
}

function writeSome(bytes: Buffer): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}
