// Decides from its headers alone whether a ZIP is unambiguous: every byte belongs to exactly one record, and both headers of
// each entry agree. ZIP libraries parse and do not validate, so none reads the file before this check. Reads no content.
// Format: PKWARE APPNOTE 6.3.
import { readAt, safeNumber, type ZipFile } from './bytes.ts';
import { readEntries, refuseIfNested, type ZipEnd, type ZipEntry } from './directory.ts';
import { noZip } from './other-file.ts';
import { entryRefusal, ZipRefusal } from './refusal.ts';
import type { ZipRules } from './rules.ts';

/** The entries in the order of their content, and the size without a line end behind the ZIP. Throws a `ZipRefusal` with a
 *  code of its own for each ambiguity. */
export function readZipStructure(file: ZipFile, rules: ZipRules) {
  const { endAt, zip, tailBytes } = findEnd(file, rules);
  const end = readEnd(zip, endAt, rules);
  const entries = readEntries(zip, end, rules);
  assertContiguous(zip, entries, end.directoryAt);
  assertBounded(entries, rules);
  if (rules.hasOneFolder) assertOneFolder(entries);
  return { zip, tailBytes, entries };
}

export type ZipStructure = ReturnType<typeof readZipStructure>;

const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const maxTail = 65_557;
const anySignature = /PK[\x01-\x08]/;
const signature = {
  end: Buffer.from('PK\x05\x06', 'latin1'),
  locator: 0x07064b50,
  end64: 0x06064b50,
  descriptor: 0x08074b50,
};

/** The end record must be the last record, and its signature must occur only once near the end: parsers that search for it from
 *  different sides would otherwise see different archives. It hardly ever occurs there by chance. A comment without
 *  signatures, and a line end behind it, change nothing. */
function findEnd({ fd, size }: ZipFile, rules: ZipRules) {
  const tail = readAt({ fd, size }, Math.max(0, size - maxTail), Math.min(size, maxTail));
  const at = tail.indexOf(signature.end);
  if (at < 0 || at + endBytes > tail.length) throw noZip({ fd, size }, rules);
  const commentAt = at + endBytes;
  const commentEnd = commentAt + tail.readUInt16LE(at + 20);
  const isAmbiguous = anySignature.test(tail.toString('latin1', at + signature.end.length));
  if (isAmbiguous) {
    refuseIfNested({ fd, size });
    throw new ZipRefusal('zip_end', 'The ZIP has more than one end, so it could be read in two ways.');
  }
  if (commentEnd > tail.length) throw new ZipRefusal('zip_end', 'The ZIP is cut off.');
  if (!/^[\r\n]{0,4}$/.test(tail.toString('latin1', commentEnd))) {
    throw new ZipRefusal('not_a_zip', 'The file is not a ZIP file alone: something else follows its end.');
  }
  const behind = tail.length - commentEnd;
  const zip = { fd, size: size - behind };
  return { zip, endAt: size - tail.length + at, tailBytes: commentEnd - at };
}

function readEnd(zip: ZipFile, endAt: number, rules: ZipRules): ZipEnd {
  const { maxEntries, maxDirectoryBytes, noun } = rules;
  const end = readAt(zip, endAt, endBytes);
  const found = readEnd64(zip, endAt, end) ?? {
    disks: [end.readUInt16LE(4), end.readUInt16LE(6)],
    counts: [end.readUInt16LE(8), end.readUInt16LE(10)],
    length: end.readUInt32LE(12),
    directoryAt: end.readUInt32LE(16),
    directoryEnd: endAt,
  };
  if (found.disks.some((disk) => disk !== 0)) {
    throw new ZipRefusal('zip_disks', 'The ZIP is a part of a set of several disks.');
  }
  const [entries = 0, total = 0] = found.counts;
  if (entries !== total)
    throw new ZipRefusal('zip_counts', 'The ZIP names two different counts of its entries.');
  if (entries > maxEntries) {
    throw new ZipRefusal('zip_entries', `The ZIP has ${entries} entries; ${maxEntries} at most are read.`);
  }
  const { directoryAt, directoryEnd, length } = found;
  if (length > maxDirectoryBytes)
    throw new ZipRefusal('zip_directory', `The directory of the ZIP is larger than that of any ${noun}.`);
  if (directoryAt + length !== directoryEnd) {
    const why = 'Bytes were added to the ZIP or removed from it after it was written.';
    throw new ZipRefusal('zip_directory', `${why} Its directory is not where its end says.`);
  }
  return { directoryAt, directoryEnd, entries };
}

/** A locator before the end record means ZIP64. Both ZIP64 records must be where they say. */
function readEnd64(zip: ZipFile, endAt: number, end: Buffer) {
  const locatorAt = endAt - locatorBytes;
  const recordAt = locatorAt - end64Bytes;
  if (recordAt < 0) return null;
  const locator = readAt(zip, locatorAt, locatorBytes);
  if (locator.readUInt32LE(0) !== signature.locator) return null;
  const record = readAt(zip, recordAt, end64Bytes);
  const isWhole =
    locator.readBigUInt64LE(8) === BigInt(recordAt) &&
    record.readUInt32LE(0) === signature.end64 &&
    record.readBigUInt64LE(4) === BigInt(end64Bytes - 12);
  const wide = [24, 32, 40, 48].map((at) => safeNumber(record.readBigUInt64LE(at)));
  const narrow = [end.readUInt16LE(8), end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  const isSame = narrow.every((value, i) => value === (i < 2 ? 0xffff : 0xffffffff) || value === wide[i]);
  if (!isWhole || !isSame)
    throw new ZipRefusal('zip_end', 'The ZIP64 records at the end of the ZIP contradict each other.');
  const [onDisk = 0, total = 0, length = 0, directoryAt = 0] = wide;
  return {
    disks: [
      end.readUInt16LE(4) % 0xffff,
      end.readUInt16LE(6) % 0xffff,
      record.readUInt32LE(16),
      record.readUInt32LE(20),
      locator.readUInt32LE(4),
    ],
    counts: [onDisk, total],
    length,
    directoryAt,
    directoryEnd: recordAt,
  };
}

/** The first entry begins at byte 0, each other where the one before ends, the directory behind the last. */
function assertContiguous(zip: ZipFile, entries: ZipEntry[], directoryAt: number) {
  let at = 0;
  for (const [i, entry] of entries.entries()) {
    if (entry.headerAt !== at) throw i === 0 ? prefixed() : overlap(at);
    const dataEnd = entry.dataAt + entry.compressedSize;
    at = entries[i + 1]?.headerAt ?? directoryAt;
    if (at < dataEnd || !isDescriptor(zip, entry, dataEnd, at - dataEnd)) throw overlap(dataEnd);
  }
  if (entries.length === 0 && directoryAt !== 0) {
    throw new ZipRefusal('zip_spans', 'The ZIP has content that belongs to no entry.');
  }
}

function prefixed() {
  const message = 'Something precedes the content of the ZIP, as in a self-extracting archive.';
  return new ZipRefusal('zip_spans', message);
}

function overlap(at: number) {
  const message = `The entries of the ZIP overlap, or something lies between them, at byte ${at}.`;
  return new ZipRefusal('zip_spans', message);
}

/** Behind the data there is nothing, or a descriptor that repeats the sizes. */
function isDescriptor(zip: ZipFile, entry: ZipEntry, at: number, length: number): boolean {
  if (!entry.hasDescriptor) return length === 0;
  if (![12, 16, 20, 24].includes(length)) return false;
  const bytes = readAt(zip, at, length);
  const isSigned = length === 16 || length === 24;
  if (isSigned && bytes.readUInt32LE(0) !== signature.descriptor) return false;
  const [crc, ...sizes] = isSigned ? [4, 8, length === 24 ? 16 : 12] : [0, 4, length === 20 ? 12 : 8];
  const isWide = length >= 20;
  const [compressed, size] = sizes.map((from) =>
    isWide ? safeNumber(bytes.readBigUInt64LE(from)) : bytes.readUInt32LE(from),
  );
  return bytes.readUInt32LE(crc) === entry.crc && compressed === entry.compressedSize && size === entry.size;
}

function assertBounded(entries: ZipEntry[], { maxInflatedBytes, maxRatio }: ZipRules) {
  for (const { name, shown, isFolder, size, compressedSize } of entries) {
    if (name !== null && (size === 0 || compressedSize === 0)) {
      throw entryRefusal('zip_empty', shown, 'is empty.');
    }
    if (isFolder && size > 0) throw entryRefusal('zip_kind', shown, 'is a folder, and yet has content.');
    if (size > compressedSize * maxRatio) {
      throw entryRefusal('zip_ratio', shown, `would grow to more than ${maxRatio} times its size.`);
    }
  }
  const sum = entries.reduce((bytes, { size }) => bytes + size, 0);
  if (sum > maxInflatedBytes) {
    throw new ZipRefusal(
      'zip_size',
      `The ZIP would grow to ${sum} bytes; ${maxInflatedBytes} at most are read.`,
    );
  }
}

/** All members lie in one folder, or in none; the ZIP may also list the folders around it. */
function assertOneFolder(entries: ZipEntry[]) {
  const home = entries.find(({ name }) => name !== null)?.folder;
  if (home === undefined) return;
  const isAround = (folder: string) => folder === '' || `${home}/`.startsWith(`${folder}/`);
  const stray = entries.find(({ name, folder }) => (name === null ? !isAround(folder) : folder !== home));
  if (!stray) return;
  const message = `The ZIP has more than one folder: ${JSON.stringify(stray.folder)} is another one.`;
  throw new ZipRefusal('zip_name', message);
}
