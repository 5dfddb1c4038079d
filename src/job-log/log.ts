// One job's output on disk: `<number>.log`, mode 0600, capped. It keeps the first and the last half of the cap (the
// second half of the file is a ring), so offsets stay logical. Beside it `<number>.log.ix`: the logical size, half of the
// cap (a log keeps the cap it began with), the number of records and that of line ends (all f64), then a record of 24
// bytes for each change of stream or time (offset f64, ms since 1970 u48, stream u8, pad, line ends before it f64), kept
// in the same way. A job that writes nothing has no files.
import fs from 'node:fs';
import path from 'node:path';
import { span } from '../core/trace.ts';

export type Stream = 'stdout' | 'stderr';

export function jobLogFile(root: string, number: number): string {
  return path.join(root, 'logs', `${number}.log`);
}

const headerBytes = 32;
const recordBytes = 24;
const recordEveryMs = 250;
const recordEveryBytes = 65_536;
/** How many of the first and of the last records are kept: 1 MiB in all. */
const halfOfRecords = 32_768;

/** Appends to an existing log, e.g. of an earlier attempt. Creates the files with the first byte. */
export function openJobLog(file: string, maxBytes: number, now: () => Date) {
  let opened: { fd: number; indexFd: number; header: Header } | null = null;
  const sizeBefore = jobLogSize(file);
  let last = { stream: '' as Stream | '', atMs: 0, size: 0 };

  function open() {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    const indexFd = fs.openSync(`${file}.ix`, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    const header = readHeader(indexFd) ?? { ...emptyHeader, half: Math.floor(maxBytes / 2) };
    return { fd, indexFd, header };
  }

  function noteTime(stream: Stream, indexFd: number, header: Header) {
    const { size } = header;
    const atMs = now().getTime();
    const isDue = atMs - last.atMs >= recordEveryMs || size - last.size >= recordEveryBytes;
    if (stream === last.stream && !isDue) return;
    const record = Buffer.alloc(recordBytes);
    record.writeDoubleLE(size, 0);
    record.writeUIntLE(atMs, 8, 6);
    record.writeUInt8(stream === 'stdout' ? 1 : 2, 14);
    record.writeDoubleLE(header.lines, 16);
    const { position } = locate(header.records, halfOfRecords);
    fs.writeSync(indexFd, record, 0, recordBytes, headerBytes + position * recordBytes);
    header.records += 1;
    last = { stream, atMs, size };
  }

  return {
    get size() {
      return opened?.header.size ?? sizeBefore;
    },
    write(stream: Stream, text: Buffer) {
      if (text.length === 0) return;
      opened ??= open();
      const { fd, indexFd, header } = opened;
      noteTime(stream, indexFd, header);
      for (let from = 0; from < text.length; ) {
        const { position, room } = locate(header.size, header.half);
        const length = Math.min(room, text.length - from);
        fs.writeSync(fd, text, from, length, position);
        from += length;
        header.size += length;
      }
      header.lines += countLineEnds(text);
      writeHeader(indexFd, header);
    },
    close() {
      if (!opened) return;
      fs.closeSync(opened.fd);
      fs.closeSync(opened.indexFd);
    },
  };
}

/** Reads up to `limit` bytes from the logical `offset`; `missing` requested bytes are no longer kept. */
export function readJobLog(file: string, offset: number, limit: number) {
  return span('file', 'Read the output of a job', () => readPiece(file, offset, limit));
}

function readPiece(file: string, offset: number, limit: number) {
  const log = openLogFile(file);
  if (!log) return { text: Buffer.alloc(0), offset: 0, missing: 0, next: 0, size: 0 };
  try {
    const { size, half, ringStart } = log;
    const inGap = offset >= half && offset < ringStart;
    const begin = inGap ? ringStart : Math.min(offset, size);
    const end = Math.min(size, begin + limit, begin < half && ringStart > half ? half : size);
    return {
      text: log.read(begin, end),
      offset: begin,
      missing: inGap ? ringStart - offset : 0,
      next: end,
      size,
    };
  } finally {
    log.close();
  }
}

/** The stream and time of the output from `offset` on, with the number of line ends before it. */
type LogRecord = { offset: number; atMs: number; stream: Stream; lines: number };
export type LogFile = NonNullable<ReturnType<typeof openLogFile>>;

/** Must be closed; null when nothing was written. Bytes from `half` up to `ringStart` are no longer kept. */
export function openLogFile(file: string) {
  if (!fs.existsSync(`${file}.ix`)) return null;
  const fd = fs.openSync(file, 'r');
  const indexFd = fs.openSync(`${file}.ix`, 'r');
  const { size, half, records, lines } = readHeader(indexFd) ?? emptyHeader;
  const kept = Math.min(records, 2 * halfOfRecords);

  /** A kept record by its index, from 0. */
  function record(at: number): LogRecord | null {
    if (at < 0 || at >= kept) return null;
    const { position } = locate(at < halfOfRecords ? at : at + records - kept, halfOfRecords);
    const bytes = Buffer.alloc(recordBytes);
    fs.readSync(indexFd, bytes, 0, recordBytes, headerBytes + position * recordBytes);
    return {
      offset: bytes.readDoubleLE(0),
      atMs: bytes.readUIntLE(8, 6),
      stream: bytes.readUInt8(14) === 1 ? 'stdout' : 'stderr',
      lines: bytes.readDoubleLE(16),
    };
  }

  return {
    size,
    half,
    lines,
    hasGap: size > 2 * half,
    ringStart: Math.max(half, size - half),
    read: (from: number, to: number) => readPieces(fd, half, from, to),
    record,
    /** Index of the last record that passes `test`; the ones before it must pass, too. -1: none. */
    lastRecord(test: (record: LogRecord) => boolean): number {
      let [low, high] = [-1, kept];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        const one = record(middle);
        if (one && test(one)) low = middle;
        else high = middle;
      }
      return low;
    },
    close() {
      fs.closeSync(fd);
      fs.closeSync(indexFd);
    },
  };
}

export function countLineEnds(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found += 1;
  return found;
}

/** How many bytes a job has written, kept or not. */
export function jobLogSize(file: string): number {
  return readJobLog(file, 0, 0).size;
}

function readPieces(fd: number, half: number, begin: number, end: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = begin; at < end; ) {
    const { position, room } = locate(at, half);
    const part = Buffer.alloc(Math.min(room, end - at));
    fs.readSync(fd, part, 0, part.length, position);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

/** The position of a logical offset in the file, and how many bytes fit there in one piece. */
function locate(offset: number, half: number): { position: number; room: number } {
  if (offset < half) return { position: offset, room: half - offset };
  const inRing = (offset - half) % half;
  return { position: half + inRing, room: half - inRing };
}

type Header = { size: number; half: number; records: number; lines: number };
const emptyHeader: Header = { size: 0, half: 1, records: 0, lines: 0 };

function readHeader(indexFd: number): Header | null {
  const header = Buffer.alloc(headerBytes);
  if (fs.readSync(indexFd, header, 0, headerBytes, 0) < headerBytes) return null;
  const [size = 0, half = 0, records = 0, lines = 0] = [0, 8, 16, 24].map((at) => header.readDoubleLE(at));
  return { size, half, records, lines };
}

function writeHeader(indexFd: number, { size, half, records, lines }: Header) {
  const header = Buffer.alloc(headerBytes);
  for (const [at, value] of [size, half, records, lines].entries()) header.writeDoubleLE(value, at * 8);
  fs.writeSync(indexFd, header, 0, headerBytes, 0);
}
