// Writes a child's output to its log in whole lines, so that two streams never mix inside one, and as a terminal shows it:
// without escapes, and of a line that is written several times over the last frame. Changes no other byte.
import type { Stream } from '../job-log/log.ts';
import type { ByteMask } from '../core/byte-mask.ts';
import { dropFrames, hasFrames } from '../job-log/log-frames.ts';
import { createTerminalText } from './terminal-text.ts';

/** An unfinished line, e.g. a prompt, is held up to this size and about this long; the frames of a progress bar longer. */
const heldMaxBytes = 64 * 1024;
const heldMaxMs = 200;
const frameEveryMs = 1000;

/** `write` gets the bytes in the order in which they belong into the log. */
export function createOutput(masks: () => ByteMask, write: (stream: Stream, text: Buffer) => void) {
  const streams = {
    stdout: createCleaner(masks, createLines('stdout', masks, write)),
    stderr: createCleaner(masks, createLines('stderr', masks, write)),
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

/** Masks again what was assembled when an escape between two parts of a secret was dropped. */
function createCleaner(masks: () => ByteMask, lines: ReturnType<typeof createLines>) {
  const [mask, maskAgain] = [masks(), masks()];
  const { add } = createTerminalText();
  return {
    add: (chunk: Buffer) => lines.add(maskAgain.add(add(mask.add(chunk)))),
    end() {
      lines.add(maskAgain.add(add(mask.end())));
      lines.add(maskAgain.end());
      lines.end();
    },
    drop: lines.drop,
  };
}

function createLines(stream: Stream, masks: () => ByteMask, write: (stream: Stream, text: Buffer) => void) {
  let held: Buffer[] = [];
  let [heldBytes, heldSince] = [0, 0];
  /** The log has the beginning of the current line; a backspace may have joined two parts of a secret. */
  let [isOpen, isRewritten] = [false, false];
  let timer: NodeJS.Timeout | null = null;

  function add(added: Buffer) {
    if (added.length === 0) return;
    const since = heldBytes > 0 ? heldSince : performance.now();
    let text = added;
    if (hasFrames(added) || held.at(-1)?.at(-1) === 13) {
      text = dropFrames(Buffer.concat([...held, added]), isOpen);
      isRewritten = true;
      [held, heldBytes] = [[], 0];
    }
    const lineEnd = text.lastIndexOf(10) + 1;
    const writeTo = heldBytes + text.length - lineEnd > heldMaxBytes ? text.length : lineEnd;
    if (writeTo > 0) flush(text.subarray(0, writeTo));
    if (writeTo < text.length) hold(text.subarray(writeTo));
    else isRewritten = false;
    if (writeTo === 0) heldSince = since;
  }

  function flush(more?: Buffer) {
    const parts = more ? [...held, more] : held;
    [held, heldBytes] = [[], 0];
    if (parts.length === 0) return;
    const text = isRewritten ? maskWhole(masks(), join(parts)) : join(parts);
    isOpen = text.at(-1) !== 10;
    write(stream, text);
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
    const maxMs = isOpen && held.some(hasFrames) ? frameEveryMs : heldMaxMs;
    if (ageMs + 1 >= maxMs) flush();
    else timer = setTimeout(flushLate, maxMs - ageMs);
  }

  function drop() {
    if (timer) clearTimeout(timer);
    timer = null;
    [held, heldBytes] = [[], 0];
  }

  return {
    add,
    end() {
      flush();
      drop();
    },
    drop,
  };
}

/** Copies nothing when there is only one part. */
function join(parts: Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function maskWhole(mask: ByteMask, text: Buffer): Buffer {
  return Buffer.concat([mask.add(text), mask.end()]);
}
