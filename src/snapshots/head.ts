// A ZIP of ours has its index stored, and early. What comes before its content is kept apart from the file of the upload,
// which then begins with the index: once everything was checked it is cut off behind it, and nothing has to be copied.

/** Of the bytes right behind the head, hashed while they came; the check decides whether they are an index. */
export type PassedIndex = { bytes: number; crc: number; sha256: string };

const localHeader = { bytes: 30, signature: 0x04034b50 };
const longestHead = 64 * 1024;

/** How many of the first bytes of an upload come before the content of its index; 0 when that cannot be told from them.
 *  A guess, which only saves a copy: what is where, and what is right, the check decides by the directory. */
export function guessIndexStart(first: Buffer): number {
  for (let at = 0; at + localHeader.bytes <= Math.min(first.length, longestHead); ) {
    if (first.readUInt32LE(at) !== localHeader.signature) return 0;
    const [nameLength, extraLength] = [first.readUInt16LE(at + 26), first.readUInt16LE(at + 28)];
    const nameAt = at + localHeader.bytes;
    const contentAt = nameAt + nameLength + extraLength;
    const isIndex = first.toString('latin1', nameAt, nameAt + nameLength).endsWith('.index');
    if (isIndex) return contentAt <= Math.min(first.length, longestHead) ? contentAt : 0;
    at = contentAt + first.readUInt32LE(at + 18);
  }
  return 0;
}
