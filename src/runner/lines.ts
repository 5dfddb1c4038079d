// Cuts a stream of bytes into whole lines for the message descriptor, and keeps the tail of a stream. Bounded.

/** Gives a function that takes bytes in any cut and calls `onLine` for each whole line. A line longer than `maxBytes`
 *  is dropped and reported once, as `onTooLong`. */
export function createLineReader(
  maxBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isSkipping = false;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (!isSkipping) onLine(Buffer.concat([...held, chunk.subarray(from, end)]).toString('utf8'));
      [held, heldBytes, isSkipping, from] = [[], 0, false, end + 1];
    }
    if (isSkipping || from === chunk.length) return;
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes <= maxBytes) return;
    [held, heldBytes, isSkipping] = [[], 0, true];
    onTooLong();
  };
}

/** Keeps the last `maxBytes` of what it is given. */
export function createTail(maxBytes: number) {
  let kept = Buffer.alloc(0);
  return {
    add(chunk: Buffer) {
      kept = Buffer.concat([kept, chunk]).subarray(-maxBytes);
    },
    /** A character cut at the beginning is left out. */
    text: () => kept.toString('utf8').replace(/^\uFFFD+/, ''),
  };
}
