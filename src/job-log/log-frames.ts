// Lines that a program writes several times over, as progress bars do. A carriage return begins the line anew and the last
// frame wins; a backspace takes back the character before it. `\r\n` and `\r\r\n` are line ends.

const [backspace, newline, carriageReturn] = [8, 10, 13];

/** Whether `text` writes a line over. */
export function hasFrames(text: Buffer): boolean {
  return text.includes(carriageReturn) || text.includes(backspace);
}

/** `text` as a terminal shows it at the end: without frames that a later one on their line replaces. `isCut`: the first line
 *  began before `text`, so a `\r` or `\b` that changes that part is kept. A `\r` at the end may belong to a line end that
 *  follows. */
export function dropFrames(text: Buffer, isCut = false): Buffer {
  return takeBack(dropReplaced(text, isCut), isCut);
}

function dropReplaced(text: Buffer, isCut: boolean): Buffer {
  let at = text.indexOf(carriageReturn);
  if (at < 0) return text;
  const parts: Buffer[] = [];
  let from = 0;
  let isFirstLine = isCut;
  for (; at >= 0 && at < text.length - 1; at = text.indexOf(carriageReturn, at + 1)) {
    // A run of carriage returns is one, and before a line end it is part of that.
    if (text[at + 1] === newline || text[at + 1] === carriageReturn) continue;
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

/** Applies the backspaces, none of which reaches into an earlier line. */
function takeBack(text: Buffer, isCut: boolean): Buffer {
  const first = text.indexOf(backspace);
  if (first < 0) return text;
  const shown = Buffer.from(text);
  let length = first;
  let isFirstLine = isCut && !text.subarray(0, first).includes(newline);
  for (let at = first; at < text.length; at++) {
    const byte = text[at] as number;
    if (byte === newline) isFirstLine = false;
    if (byte !== backspace) shown[length++] = byte;
    else if (length > 0 && !isBoundary(shown[length - 1])) length = startOfCharacter(shown, length - 1);
    else if (isFirstLine) shown[length++] = byte;
  }
  return shown.subarray(0, length);
}

/** Whether a backspace after this byte has no character to take back: the line begins here, or earlier backspaces
 *  reach further. */
function isBoundary(byte: number | undefined): boolean {
  return byte === newline || byte === carriageReturn || byte === backspace;
}

/** Returns where the UTF-8 character begins whose last byte is at `at`. */
function startOfCharacter(text: Buffer, at: number): number {
  let start = at;
  while (start > 0 && ((text[start] as number) & 0xc0) === 0x80) start--;
  return start;
}
