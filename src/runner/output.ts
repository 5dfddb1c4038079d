// The way of a child's output into its log: masked first, then in whole lines, so that the two streams never mix inside
// a line. Otherwise no byte is changed, added or dropped.
import type { Stream } from '../jobs/log.ts';
import type { ByteMask } from '../core/byte-mask.ts';

/** A line that is not finished is held up to this size and about this long, e.g. a prompt or a bar of progress. */
const heldMaxBytes = 64 * 1024;
const heldMaxMs = 200;

/** `write` gets the bytes in the order of the log. */
export function createOutput(masks: () => ByteMask, write: (stream: Stream, text: Buffer) => void) {
  const streams = {
    stdout: createLines('stdout', masks(), write),
    stderr: createLines('stderr', masks(), write),
  };
  return {
    add: (stream: Stream, chunk: Buffer) => streams[stream].add(chunk),
    /** No more comes: what is held is written. */
    end() {
      streams.stdout.end();
      streams.stderr.end();
    },
    /** Forgets what is held, e.g. because the log takes no more. */
    drop() {
      streams.stdout.drop();
      streams.stderr.drop();
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
    const now = isTooLong ? text.length : lineEnd;
    if (now > 0) flush(text.subarray(0, now));
    if (now < text.length) hold(text.subarray(now));
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

  /** One timer for many short holds: it looks again when what is held now is younger. */
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
