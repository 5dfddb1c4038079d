// Lines that a program writes several times over, as progress bars do: after a carriage return the last frame wins, as on a
// terminal. `\r\n` is a line end.

const [newline, carriageReturn] = [10, 13];

/** `text` without the frames that a later one on their line replaces. `isCut`: the first line began before `text` and is
 *  replaced, so a `\r` is kept at its beginning. A `\r` at the end may belong to a line end that follows. */
export function dropFrames(text: Buffer, isCut = false): Buffer {
  let at = text.indexOf(carriageReturn);
  if (at < 0) return text;
  const parts: Buffer[] = [];
  let from = 0;
  let isFirstLine = isCut;
  for (; at >= 0 && at < text.length - 1; at = text.indexOf(carriageReturn, at + 1)) {
    if (text[at + 1] === newline) continue;
    const lastEnd = text.subarray(from, at).lastIndexOf(newline) + 1;
    if (lastEnd > 0) {
      parts.push(text.subarray(from, from + lastEnd));
      isFirstLine = false;
    }
    from = isFirstLine ? at : at + 1;
  }
  parts.push(text.subarray(from));
  return parts.length > 1 ? Buffer.concat(parts) : (parts[0] as Buffer);
}
