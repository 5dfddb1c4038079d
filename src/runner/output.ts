// Writes a child's output to its log in whole lines, so that two streams never mix inside one. Changes no other byte.
import type { Stream } from '../jobs/log.ts';
import type { ByteMask } from '../core/byte-mask.ts';

/** An unfinished line, e.g. a prompt or a progress bar, is held up to this size and about this long. */
const heldMaxBytes = 64 * 1024;
const heldMaxMs = 200;

/** `write` gets the bytes in the order in which they belong into the log. */
export function createOutput(masks: () => ByteMask, write: (stream: Stream, text: Buffer) => void) {
  const streams = {
    stdout: createLines('stdout', masks(), write),
    stderr: createLines('stderr', masks(), write),
  };
  return {
    add: (stream: Stream, chunk: Buffer) => streams[stream].add(chunk),
    /** Writes what is held; no more comes. */
    end() {
      for (const lines of Object.values(streams)) lines.end();
    },
    drop() {
      for (const lines of Object.values(streams)) lines.drop();
    },
  };
}

function createLines(stream: Stream, mask: ByteMask, write: (stream: Stream, text: Buffer) => void) {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let heldSince = 0;
  let timer: NodeJS.Timeout | null = null;

  function add(text: Buffer) {
    if (text.length === 0) return;
    const lineEnd = text.lastIndexOf(10) + 1;
    const isTooLong = heldBytes + text.length - lineEnd > heldMaxBytes;
    const writeTo = isTooLong ? text.length : lineEnd;
    if (writeTo > 0) flush(text.subarray(0, writeTo));
    if (writeTo < text.length) hold(text.subarray(writeTo));
  }

  function flush(more?: Buffer) {
    const parts = more ? [...held, more] : held;
    [held, heldBytes] = [[], 0];
    const [only] = parts;
    if (only) write(stream, parts.length > 1 ? Buffer.concat(parts) : only);
  }

  function hold(part: Buffer) {
    if (heldBytes === 0) heldSince = performance.now();
    held.push(part);
    heldBytes += part.length;
    timer ??= setTimeout(flushLate, heldMaxMs);
  }

  /** One timer for many short holds: it starts again when the held bytes are younger. */
  function flushLate() {
    timer = null;
    if (heldBytes === 0) return;
    const ageMs = performance.now() - heldSince;
    if (ageMs + 1 >= heldMaxMs) flush();
    else timer = setTimeout(flushLate, heldMaxMs - ageMs);
  }

  function drop() {
    if (timer) clearTimeout(timer);
    timer = null;
    [held, heldBytes] = [[], 0];
  }

  return {
    add: (chunk: Buffer) => add(mask.add(chunk)),
    end() {
      add(mask.end());
      flush();
      drop();
    },
    drop,
  };
}
