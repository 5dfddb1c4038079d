// The extra fields of a ZIP entry. Unknown kinds are refused: one may carry a second name or other sizes.
import { entryRefusal } from './refusal.ts';

/** `wide` is the body of the ZIP64 field: up to three 64-bit numbers. Throws `zip_extra`. */
export function readExtra(name: string, bytes: Buffer): { wide: Buffer | null } {
  let wide: Buffer | null = null;
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? bytes.readUInt16LE(at + 2) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw malformed(name);
    const kind = bytes.readUInt16LE(at);
    const body = bytes.subarray(at + 4, at + 4 + length);
    if (kind === zip64 && wide !== null) throw malformed(name);
    if (kind === zip64) wide = body;
    if (!kinds.get(kind)?.(body)) throw malformed(name);
    at += 4 + length;
  }
  return { wide };
}

const zip64 = 0x0001;

const kinds = new Map<number, (body: Buffer) => boolean>([
  [zip64, ({ length }) => [8, 16, 24].includes(length)],
  [0x000a, isNtfsTimes],
  // Times and owner, as Info-ZIP writes them.
  [0x5455, ({ length }) => length <= 13],
  [0x5855, ({ length }) => length <= 12],
  [0x7875, ({ length }) => length <= 32],
]);

/** Four reserved bytes, then attributes with their lengths. */
function isNtfsTimes(body: Buffer): boolean {
  let at = 4;
  while (at + 4 <= body.length) at += 4 + body.readUInt16LE(at + 2);
  return at === body.length;
}

function malformed(name: string) {
  return entryRefusal('zip_extra', name, 'carries extra fields that are malformed or unknown.');
}
