// Helpers for test children: the message protocol, without code of the program.
import { readFileSync, writeSync } from 'node:fs';

export function readArguments(): { text?: string; count?: number } {
  return JSON.parse(readFileSync(0, 'utf8'));
}

/** Writes one message, or raw bytes, to descriptor 3; blocks while the server reads slowly. */
export function send(message: Record<string, unknown> | Buffer) {
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

/** Reports `phase` to the test, and runs until a signal ends the process. */
export function runOn(phase: string) {
  setInterval(() => {}, 60_000);
  send({ type: 'progress', done: 1, phase });
}
