// Drops terminal escapes from a stream of chunks: CSI, OSC and the other control strings, character sets, single escapes.
// ECMA-48 has their forms. A sequence that is cut by a line end, or far too long, was none; its text is dropped up to there.

const escapeByte = 0x1b;
const maxBytes = 4096;

type State = 'text' | 'escape' | 'csi' | 'charset' | 'string' | 'stringEscape';

export function createTerminalText() {
  let state: State = 'text';
  let length = 0;

  /** The state after `byte` of a sequence. */
  function next(byte: number): State {
    if (state === 'escape') return afterEscape(byte);
    if (state === 'csi') return byte >= 0x40 ? 'text' : 'csi';
    if (state === 'charset') return byte >= 0x30 ? 'text' : 'charset';
    if (byte === 0x07) return 'text';
    if (state === 'stringEscape') return byte === 0x5c ? 'text' : 'string';
    return byte === escapeByte ? 'stringEscape' : 'string';
  }

  return {
    add(chunk: Buffer): Buffer {
      if (state === 'text' && !chunk.includes(escapeByte)) return chunk;
      const parts: Buffer[] = [];
      let from = state === 'text' ? 0 : chunk.length;
      for (let at = state === 'text' ? chunk.indexOf(escapeByte) : 0; at >= 0 && at < chunk.length; ) {
        const byte = chunk[at] as number;
        if (state === 'text') {
          parts.push(chunk.subarray(from, at));
          [state, length, from] = ['escape', 0, chunk.length];
          at += 1;
          continue;
        }
        length += 1;
        const isBroken = byte === 10 || byte === 13 || length > maxBytes;
        if (isBroken) state = 'text';
        else state = next(byte);
        if (!isBroken) at += 1;
        if (state !== 'text') continue;
        from = at;
        at = chunk.indexOf(escapeByte, at);
      }
      parts.push(chunk.subarray(from));
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
