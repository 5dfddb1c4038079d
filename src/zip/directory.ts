// Reads the entries of a ZIP from its central directory, compares each with its local header, and refuses an entry whose
// name, kind, flags, method or sizes are ambiguous. Reads no content. Format: PKWARE APPNOTE 6.3.
import { readAt, safeNumber, type ZipFile } from './bytes.ts';
import { decodeName, type EntryName } from './entry-name.ts';
import { entryRefusal, ZipRefusal } from './refusal.ts';
import type { ZipRules } from './rules.ts';

export type ZipEntry = EntryName & {
  /** For people. */
  shown: string;
  rawName: Buffer;
  isDeflated: boolean;
  crc: number;
  compressedSize: number;
  size: number;
  headerAt: number;
  dataAt: number;
  /** The sizes are repeated behind the data. */
  hasDescriptor: boolean;
};

const directoryHeader = { bytes: 46, signature: 0x02014b50 };
const localHeader = { bytes: 30, signature: 0x04034b50 };
/** `level`: how hard the writer tried, which readers ignore. */
const flag = { level: 0x6, descriptor: 0x8, utf8: 0x800 };
const method = { stored: 0, deflated: 8 };
const methodNames = new Map([
  [9, 'Deflate64'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'xz'],
  [98, 'PPMd'],
]);
const unknown32 = 0xffffffff;

/** Where the central directory is, and how many entries the end record names. */
export type ZipEnd = { directoryAt: number; directoryEnd: number; entries: number };

/** In the order of their content. The directory must hold exactly as many entries as the end record says. */
export function readEntries(zip: ZipFile, end: ZipEnd, rules: ZipRules): ZipEntry[] {
  const { directoryAt, directoryEnd, entries: count } = end;
  const directory = readAt(zip, directoryAt, directoryEnd - directoryAt);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, length } = readDirectoryEntry(directory.subarray(at), rules);
    const own = [entry.rawName.toString('latin1'), ...(entry.name === null ? [] : [`/${entry.name}`])];
    if (own.some((name) => names.has(name))) {
      throw new ZipRefusal('zip_duplicate', `The ZIP has two entries named ${entry.name ?? entry.shown}.`);
    }
    for (const name of own) names.add(name);
    entries.push({ ...entry, dataAt: readLocalHeader(zip, entry, directoryAt, rules) });
    at += length;
  }
  if (at !== directory.length)
    throw new ZipRefusal('zip_counts', `The ZIP declares ${count} entries, but lists others.`);
  return entries.sort((a, b) => a.headerAt - b.headerAt);
}

type Listed = Omit<ZipEntry, 'dataAt'> & { flags: number };

function readDirectoryEntry(bytes: Buffer, rules: ZipRules): { entry: Listed; length: number } {
  if (bytes.length < directoryHeader.bytes || bytes.readUInt32LE(0) !== directoryHeader.signature) {
    throw new ZipRefusal('zip_counts', 'The ZIP declares more entries than it lists.');
  }
  const lengths = [28, 30, 32].map((at) => bytes.readUInt16LE(at));
  const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
  const extraEnd = directoryHeader.bytes + nameLength + extraLength;
  const length = extraEnd + commentLength;
  if (bytes.length < length) throw new ZipRefusal('zip_directory', 'The directory of the ZIP is cut off.');
  const rawName = bytes.subarray(directoryHeader.bytes, directoryHeader.bytes + nameLength);
  const text = decodeName(rawName);
  const named = rules.readName(text);
  if (!named) throw nameRefusal(text, rules);
  const name = named.name ?? text;
  if (bytes.readUInt16LE(34) !== 0)
    throw new ZipRefusal('zip_disks', 'The ZIP is a part of a set of several disks.');
  assertKind(name, named.isFolder, bytes.readUInt32LE(38));
  const flags = bytes.readUInt16LE(8);
  const compression = bytes.readUInt16LE(10);
  assertReadable(name, flags, compression, rules);
  const wide = readExtra(name, bytes.subarray(directoryHeader.bytes + nameLength, extraEnd), rules);
  const [size = 0, compressedSize = 0, headerAt = 0] = widen(
    name,
    [24, 20, 42].map((at) => bytes.readUInt32LE(at)),
    wide,
  );
  const isDeflated = compression === method.deflated;
  if (!isDeflated && size !== compressedSize) {
    throw entryRefusal('zip_sizes', name, 'is stored, and yet names two different sizes.');
  }
  const crc = bytes.readUInt32LE(16);
  const hasDescriptor = (flags & flag.descriptor) !== 0;
  return {
    entry: {
      ...named,
      shown: name,
      rawName,
      isDeflated,
      crc,
      compressedSize,
      size,
      headerAt,
      hasDescriptor,
      flags,
    },
    length,
  };
}

function assertReadable(name: string, flags: number, compression: number, { noun }: ZipRules) {
  if (flags & 1) throw entryRefusal('zip_encrypted', name, 'is encrypted.');
  if (flags & ~(flag.level | flag.descriptor | flag.utf8)) {
    throw entryRefusal('zip_flags', name, `uses features (flags ${flags}) that no ${noun} needs.`);
  }
  if (compression === method.stored || compression === method.deflated) return;
  const packer = methodNames.get(compression) ?? `method ${compression}`;
  throw entryRefusal('zip_method', name, `is packed with ${packer}; only Deflate can be read.`);
}

function nameRefusal(text: string, { noun }: ZipRules) {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const nested = refuseNested(text);
  return nested ?? new ZipRefusal('zip_name', `The ZIP has an entry named ${shown}, which no ${noun} has.`);
}

/** Returns the refusal of a ZIP that contains another ZIP; null for other names. */
function refuseNested(text: string) {
  if (!/\.zip$/i.test(text)) return null;
  const why = `The ZIP holds another ZIP, ${JSON.stringify(text.slice(-60)).slice(1, -1)}.`;
  return new ZipRefusal('zip_name', why, 'Unpack it once, then upload that one.');
}

/** Throws when the ZIP contains another ZIP, whose records look like those of the outer one, so that its directory cannot
 *  be read. */
export function refuseIfNested(zip: ZipFile) {
  if (zip.size < localHeader.bytes) return;
  const header = readAt(zip, 0, localHeader.bytes);
  const nameLength = header.readUInt16LE(26);
  if (header.readUInt32LE(0) !== localHeader.signature || localHeader.bytes + nameLength > zip.size) return;
  const nested = refuseNested(decodeName(readAt(zip, localHeader.bytes, nameLength)));
  if (nested) throw nested;
}

/** Returns where the data begins. The local header must agree with the directory. */
function readLocalHeader(zip: ZipFile, entry: Listed, directoryAt: number, rules: ZipRules): number {
  const { shown: name } = entry;
  const isInside = entry.headerAt + localHeader.bytes <= directoryAt;
  const header = isInside ? readAt(zip, entry.headerAt, localHeader.bytes) : null;
  if (header?.readUInt32LE(0) !== localHeader.signature) {
    throw entryRefusal('zip_spans', name, 'is not where the directory says.');
  }
  const [nameLength, extraLength] = [header.readUInt16LE(26), header.readUInt16LE(28)];
  const nameAt = entry.headerAt + localHeader.bytes;
  const dataAt = nameAt + nameLength + extraLength;
  if (dataAt + entry.compressedSize > directoryAt) {
    throw entryRefusal('zip_spans', name, 'is larger than the ZIP.');
  }
  const rest = readAt(zip, nameAt, nameLength + extraLength);
  const wide = readExtra(name, rest.subarray(nameLength), rules);
  const [size, compressedSize] = widen(name, [header.readUInt32LE(22), header.readUInt32LE(18)], wide);
  const said = [header.readUInt32LE(14), size, compressedSize];
  // A stream is written before its sizes are known.
  const mayBeSilent = (value: number | undefined) => entry.hasDescriptor && value === 0;
  const isSame =
    rest.subarray(0, nameLength).equals(entry.rawName) &&
    header.readUInt16LE(6) === entry.flags &&
    (header.readUInt16LE(8) === method.deflated) === entry.isDeflated &&
    [entry.crc, entry.size, entry.compressedSize].every(
      (value, i) => value === said[i] || mayBeSilent(said[i]),
    );
  if (!isSame)
    throw new ZipRefusal(
      'zip_headers',
      `The two headers of the entry ${name} of the ZIP contradict each other.`,
    );
  return dataAt;
}

/** Sizes and position as numbers; those above 32 bits are in the ZIP64 field, in the same order. */
function widen(name: string, narrow: number[], wide: Buffer | null): number[] {
  const missing = narrow.filter((value) => value === unknown32).length;
  if (wide === null) {
    if (missing === 0) return narrow;
    throw entryRefusal('zip_extra', name, 'lacks its ZIP64 sizes.');
  }
  const values = Array.from({ length: wide.length / 8 }, (_, i) => safeNumber(wide.readBigUInt64LE(i * 8)));
  // Some writers repeat there what fits 32 bits; then both must be equal.
  const isRepeated = missing === 0 && values.every((value, i) => value === narrow[i]);
  if (!isRepeated && values.length !== missing) {
    throw new ZipRefusal('zip_extra', `The ZIP64 sizes of the entry ${name} of the ZIP are malformed.`);
  }
  return isRepeated
    ? narrow
    : narrow.map((value) => (value === unknown32 ? (values.shift() as number) : value));
}

/** Allows only regular files and folders, by the attributes of Unix and of DOS, whatever system the entry names. */
function assertKind(name: string, isFolder: boolean, attributes: number) {
  const kind = (attributes >>> 16) & 0o170000;
  const isWanted = kind === 0 || kind === (isFolder ? 0o040000 : 0o100000);
  const isDosFolder = (attributes & 0x10) !== 0;
  const isDosVolume = (attributes & 0x08) !== 0;
  if (isWanted && !isDosVolume && (isFolder || !isDosFolder)) return;
  throw entryRefusal('zip_kind', name, isFolder ? 'is not a folder.' : 'is not a regular file.');
}

/** Gives the body of the ZIP64 field: up to three 64-bit numbers. Refuses unknown fields: one may carry a second name or
 *  other sizes. */
function readExtra(name: string, bytes: Buffer, { extraFields }: ZipRules): Buffer | null {
  let wide: Buffer | null = null;
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? bytes.readUInt16LE(at + 2) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw malformedExtra(name);
    const kind = bytes.readUInt16LE(at);
    const body = bytes.subarray(at + 4, at + 4 + length);
    if (kind === zip64 && wide !== null) throw malformedExtra(name);
    if (kind === zip64) wide = body;
    const isKnown = extraKinds.get(kind) ?? extraFields.get(kind);
    if (!isKnown?.(body)) throw malformedExtra(name);
    at += 4 + length;
  }
  return wide;
}

const zip64 = 0x0001;

const extraKinds = new Map<number, (body: Buffer) => boolean>([
  [zip64, ({ length }) => [8, 16, 24].includes(length)],
  [0x000a, isNtfsTimes],
  // Times and owner, as Info-ZIP writes them.
  [0x5455, ({ length }) => length <= 13],
  [0x5855, ({ length }) => length <= 12],
  [0x7855, ({ length }) => length <= 4],
  [0x7875, ({ length }) => length <= 32],
  // Of a Java archive.
  [0xcafe, ({ length }) => length === 0],
  // Alignment, and the access rights of Windows.
  [0xa11e, () => true],
  [0xd935, () => true],
  [0x4453, () => true],
]);

/** Four reserved bytes, then attributes with their lengths. */
function isNtfsTimes(body: Buffer): boolean {
  let at = 4;
  while (at + 4 <= body.length) at += 4 + body.readUInt16LE(at + 2);
  return at === body.length;
}

function malformedExtra(name: string) {
  return entryRefusal('zip_extra', name, 'carries extra fields that are malformed or unknown.');
}
