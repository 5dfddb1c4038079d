// Turns the terminal escapes in a stream of chunks into the control characters that a log understands, or drops them: CSI, OSC
// and the other control strings, character sets, single escapes. ECMA-48 has their forms. A sequence that is cut by a line
// end, or far too long, was none; its text is dropped up to there.

const escapeByte = 0x1b;
const [newline, carriageReturn] = [10, 13];
const maxBytes = 4096;
/** A move to the left over more columns than this goes to the begin of the line. */
const maxLeft = 200;

type State = 'text' | 'escape' | 'csi' | 'charset' | 'string' | 'stringEscape';

export function createTerminalText() {
  let state: State = 'text';
  let sequence = '';
  /** The current line has text, so that a move to another line ends it. */
  let isLineOpen = false;

  /** The state after `byte` of a sequence. */
  function next(byte: number): State {
    if (state === 'escape') return afterEscape(byte);
    if (state === 'csi') return byte >= 0x40 ? 'text' : 'csi';
    if (state === 'charset') return byte >= 0x30 ? 'text' : 'charset';
    if (byte === 0x07) return 'text';
    if (state === 'stringEscape') return byte === 0x5c ? 'text' : 'string';
    return byte === escapeByte ? 'stringEscape' : 'string';
  }

  function noteText(text: Buffer) {
    const line = text.subarray(text.lastIndexOf(newline) + 1);
    if (line.length < text.length) isLineOpen = false;
    if (line.some((byte) => byte !== carriageReturn)) isLineOpen = true;
  }

  return {
    add(chunk: Buffer): Buffer {
      if (state === 'text' && !chunk.includes(escapeByte)) {
        noteText(chunk);
        return chunk;
      }
      const parts: Buffer[] = [];
      const keep = (part: Buffer) => {
        noteText(part);
        parts.push(part);
      };
      let from = state === 'text' ? 0 : chunk.length;
      for (let at = state === 'text' ? chunk.indexOf(escapeByte) : 0; at >= 0 && at < chunk.length; ) {
        const byte = chunk[at] as number;
        if (state === 'text') {
          keep(chunk.subarray(from, at));
          [state, sequence, from] = ['escape', '', chunk.length];
          at += 1;
          continue;
        }
        const isBroken = byte === newline || byte === carriageReturn || sequence.length === maxBytes;
        if (isBroken) state = 'text';
        else {
          sequence += String.fromCharCode(byte);
          state = next(byte);
          at += 1;
        }
        if (state !== 'text') continue;
        if (!isBroken) keep(Buffer.from(moveOf(sequence, isLineOpen)));
        from = at;
        at = chunk.indexOf(escapeByte, at);
      }
      keep(chunk.subarray(from));
      return Buffer.concat(parts);
    },
  };
}

function afterEscape(byte: number): State {
  const character = String.fromCharCode(byte);
  if (character === '[') return 'csi';
  // OSC, DCS, SOS, PM and APC.
  if (']PX^_'.includes(character)) return 'string';
  if (byte >= 0x20 && byte <= 0x2f) return 'charset';
  return byte === escapeByte ? 'escape' : 'text';
}

/** The control characters with the effect of a cursor move: to the begin of the line, to the left, or to another line, which
 *  a log cannot write over and continues in a new one. Other sequences have none. */
function moveOf(sequence: string, isLineOpen: boolean): string {
  const [, count, move] = /^\[(\d*)(?:;\d*)?([ABD-H`df])$/.exec(sequence) ?? [];
  switch (move) {
    case undefined:
      return '';
    case 'G':
    case '`':
      return Number(count) <= 1 ? '\r' : '';
    case 'D':
      return Number(count) > maxLeft ? '\r' : '\b'.repeat(Number(count) || 1);
    default:
      return isLineOpen ? '\n' : '';
  }
}
