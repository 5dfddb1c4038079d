// What the children of tests have in common: the protocol by hand, without any code of the program.
import { readFileSync, writeSync } from 'node:fs';

export function readArguments(): { text?: string; count?: number } {
  return JSON.parse(readFileSync(0, 'utf8'));
}

/** Writes one message, or bytes as they are, to descriptor 3; waits where the server reads slowly. */
export function say(message: Record<string, unknown> | Buffer) {
  writeAll(3, Buffer.isBuffer(message) ? message : Buffer.from(`${JSON.stringify(message)}\n`));
}

export function writeAll(fd: number, bytes: Buffer) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

/** Tells the test that everything is in place, and runs until a signal ends it. */
export function runOn(phase: string) {
  setInterval(() => {}, 60_000);
  say({ type: 'progress', done: 1, phase });
}
