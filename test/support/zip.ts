// Writes ZIP files header by header, so that a test can forge any field.
import { crc32, deflateRawSync } from 'node:zlib';

/** `l…` overrides the local header only, `c…` the central one only. */
export type Part = {
  name: string | Buffer;
  data?: Buffer;
  method?: number;
  flags?: number;
  mode?: number;
  crc?: number;
  size?: number;
  compressedSize?: number;
  /** The bytes written instead of the packed data. */
  raw?: Buffer;
  extra?: Buffer;
  lextra?: Buffer;
  lname?: string | Buffer;
  lsize?: number;
  /** Of the entry, in the directory. */
  comment?: Buffer;
  /** Writes sizes and CRC after the data only. */
  hasDescriptor?: boolean;
  /** Writes all sizes in a ZIP64 field. */
  isWide?: boolean;
  headerAt?: number;
  /** Has no local header and no data: the directory points to those of another entry. */
  isOnlyListed?: boolean;
};

type End = {
  prefix?: Buffer;
  suffix?: Buffer;
  comment?: Buffer;
  commentLength?: number;
  disk?: number;
  onDisk?: number;
  total?: number;
  directoryAt?: number;
  isWide?: boolean;
};

export function buildZip(parts: Part[], end: End = {}): Buffer {
  const chunks: Buffer[] = [];
  let directoryAt = 0;
  const add = (...added: Buffer[]) => {
    for (const chunk of added) directoryAt += chunk.length;
    chunks.push(...added);
  };
  if (end.prefix) add(end.prefix);
  const directory = parts.map((part) => {
    const facts = factsOf(part, directoryAt);
    if (!part.isOnlyListed) add(localHeader(part, facts), facts.packed, descriptor(part, facts));
    return directoryHeader(part, facts);
  });
  const listed = Buffer.concat(directory);
  chunks.push(listed);
  if (end.isWide) chunks.push(endWide(parts.length, listed.length, directoryAt));
  chunks.push(endRecord(parts.length, listed.length, directoryAt, end));
  if (end.suffix) chunks.push(end.suffix);
  return Buffer.concat(chunks);
}

/** An extra field: its kind, its length, its body. */
export function field(kind: number, body: Buffer, length = body.length): Buffer {
  return Buffer.concat([numbers([kind, 2], [length, 2]), body]);
}

/** Little-endian numbers with their width in bytes. */
export function numbers(...values: [value: number | bigint, bytes: number][]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
      return buffer.subarray(0, bytes);
    }),
  );
}

type Facts = {
  packed: Buffer;
  crc: number;
  size: number;
  compressedSize: number;
  headerAt: number;
  flags: number;
};

function factsOf(part: Part, at: number): Facts {
  const { data = Buffer.alloc(0), method = 0 } = part;
  const packed = part.raw ?? (method === 8 ? deflateRawSync(data) : data);
  return {
    packed,
    crc: part.crc ?? crc32(data),
    size: part.size ?? data.length,
    compressedSize: part.compressedSize ?? packed.length,
    headerAt: part.headerAt ?? at,
    flags: (part.flags ?? 0) | (part.hasDescriptor ? 8 : 0),
  };
}

function localHeader(part: Part, { crc, size, compressedSize, flags }: Facts): Buffer {
  const name = Buffer.from(part.lname ?? part.name);
  const wide = part.isWide ? field(1, numbers([size, 8], [compressedSize, 8])) : Buffer.alloc(0);
  const extra = Buffer.concat([wide, part.lextra ?? part.extra ?? Buffer.alloc(0)]);
  const declared = part.hasDescriptor
    ? [0, 0, part.lsize ?? 0]
    : part.isWide
      ? [crc, 0xffffffff, 0xffffffff]
      : [crc, compressedSize, size];
  return Buffer.concat([
    numbers([0x04034b50, 4], [20, 2], [flags, 2], [part.method ?? 0, 2], [0, 4]),
    numbers(...declared.map((value) => [value, 4] as [number, number])),
    numbers([name.length, 2], [extra.length, 2]),
    name,
    extra,
  ]);
}

function descriptor(part: Part, { crc, size, compressedSize }: Facts): Buffer {
  return part.hasDescriptor
    ? numbers([0x08074b50, 4], [crc, 4], [compressedSize, 4], [size, 4])
    : Buffer.alloc(0);
}

function directoryHeader(part: Part, { crc, size, compressedSize, headerAt, flags }: Facts): Buffer {
  const name = Buffer.from(part.name);
  const wide = part.isWide
    ? field(1, numbers([size, 8], [compressedSize, 8], [headerAt, 8]))
    : Buffer.alloc(0);
  const extra = Buffer.concat([wide, part.extra ?? Buffer.alloc(0)]);
  const [shownSize, shownCompressed, shownAt] = part.isWide
    ? [0xffffffff, 0xffffffff, 0xffffffff]
    : [size, compressedSize, headerAt];
  return Buffer.concat([
    numbers([0x02014b50, 4], [0x0314, 2], [20, 2], [flags, 2], [part.method ?? 0, 2], [0, 4], [crc, 4]),
    numbers(
      [shownCompressed, 4],
      [shownSize, 4],
      [name.length, 2],
      [extra.length, 2],
      [part.comment?.length ?? 0, 2],
      [0, 2],
      [0, 2],
    ),
    numbers([((part.mode ?? 0o100600) * 0x10000) >>> 0, 4], [shownAt, 4]),
    name,
    extra,
    part.comment ?? Buffer.alloc(0),
  ]);
}

function endWide(count: number, length: number, directoryAt: number): Buffer {
  return Buffer.concat([
    numbers([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [count, 8], [count, 8]),
    numbers([length, 8], [directoryAt, 8]),
    numbers([0x07064b50, 4], [0, 4], [directoryAt + length, 8], [1, 4]),
  ]);
}

function endRecord(count: number, length: number, directoryAt: number, end: End): Buffer {
  const { comment = Buffer.alloc(0), isWide } = end;
  return Buffer.concat([
    numbers([0x06054b50, 4], [end.disk ?? 0, 2], [end.disk ?? 0, 2]),
    numbers([isWide ? 0xffff : (end.onDisk ?? count), 2], [isWide ? 0xffff : (end.total ?? count), 2]),
    numbers([isWide ? 0xffffffff : length, 4], [isWide ? 0xffffffff : (end.directoryAt ?? directoryAt), 4]),
    numbers([end.commentLength ?? comment.length, 2]),
    comment,
  ]);
}
