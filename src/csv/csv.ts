// Reads and writes CSV (RFC 4180), strictly: reading stops at a misplaced quote, where cells have run together.

export type CsvFault = { row: number; cell: number; message: string };
/** `records` are those before the fault. Rows count from 1, cells from 0. */
type Csv = { records: string[][]; fault: CsvFault | null };

/** `records`: how many were found. `end`: the first byte behind the last of them. */
type Scanned = { records: number; end: number; fault: CsvFault | null };

type ScanOptions = {
  delimiter: string;
  /** The bytes may end within a record, which is then left out. */
  isPart?: true;
  max?: number;
  /** Receives each record; without it they are only counted, which is faster. */
  onRecord?: (cells: string[]) => void;
};

export const delimiters = [',', ';', '\t'] as const;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from('\uFEFF');

/** Reads a whole file, or its first `max` records. */
export function parseCsv(bytes: Buffer, delimiter: string, max = Number.POSITIVE_INFINITY): Csv {
  const records: string[][] = [];
  const content = bytes.subarray(skipByteOrderMarks(bytes));
  const { fault } = scanCsv(content, { delimiter, max, onRecord: (cells) => records.push(cells) });
  return { records, fault };
}

/** Invalid UTF-8 becomes U+FFFD. Scanning bytes is safe: no delimiter is part of a UTF-8 sequence. */
export function scanCsv(bytes: Buffer, options: ScanOptions): Scanned {
  const { delimiter, isPart = false, max = Number.POSITIVE_INFINITY, onRecord } = options;
  const comma = delimiter.charCodeAt(0);
  const ends = endsOfCell(comma);
  const { latin1, decode } = createDecoder(bytes);
  let record: string[] = [];
  let cell = 0;
  let records = 0;
  let start = 0;
  let at = 0;
  while (records < max && (at < bytes.length || cell > 0)) {
    let end: number;
    if (bytes[at] === quote) {
      const close = closingQuote(latin1, at + 1);
      end = close < 0 ? bytes.length : close + 1;
      if (isPart && end === bytes.length) break;
      if (close < 0) return stop(records, start, cell, neverClosed);
      if (end < bytes.length && ends[bytes[end] ?? 0] !== 1) {
        return stop(records, start, cell, textAfterQuote);
      }
      if (onRecord) record.push(unquote(decode(at + 1, close)));
    } else {
      end = endOfUnquoted(bytes, at, ends);
      if (isPart && end === bytes.length) break;
      if (bytes[end] === quote) {
        return stop(records, start, cell, quoteInside);
      }
      if (onRecord) record.push(decode(at, end));
    }
    cell++;
    at = end + 1;
    if (bytes[end] === comma) continue;
    if (isPart && bytes[end] === carriageReturn && at === bytes.length) break;
    if (bytes[end] === carriageReturn && bytes[at] === lineFeed) at++;
    records++;
    onRecord?.(record);
    start = Math.min(at, bytes.length);
    record = [];
    cell = 0;
  }
  return { records, end: start, fault: null };
}

const neverClosed = 'The quote that opens this cell is never closed.';
const textAfterQuote = 'Text follows the closing quote of this cell; a quote inside a cell must be doubled.';
const quoteInside = 'There is a quote inside this cell, but the cell does not begin with one.';

function stop(records: number, end: number, cell: number, message: string): Scanned {
  return { records, end, fault: { row: records + 1, cell, message } };
}

function unquote(text: string): string {
  return text.includes('""') ? text.replaceAll('""', '"') : text;
}

/** Programs that add a mark to a file that has one write two. */
export function skipByteOrderMarks(bytes: Buffer): number {
  let at = 0;
  while (bytes.subarray(at, at + byteOrderMark.length).equals(byteOrderMark)) at += byteOrderMark.length;
  return at;
}

/** One record with its line end. */
export function formatRecord(cells: readonly string[]): string {
  return `${cells.map(formatCell).join(',')}\r\n`;
}

function formatCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** 1 for each byte that ends an unquoted cell. */
function endsOfCell(comma: number): Uint8Array {
  const ends = new Uint8Array(256);
  for (const byte of [comma, lineFeed, carriageReturn, quote]) ends[byte] = 1;
  return ends;
}

/** A function of its own, because it is compiled sooner. */
function endOfUnquoted(bytes: Buffer, from: number, ends: Uint8Array): number {
  const { length } = bytes;
  let end = from;
  while (end < length && ends[bytes[end] ?? 0] !== 1) end++;
  return end;
}

/** Decodes cells from left to right. Slicing ASCII from one string is faster; `next` is the first other byte ahead. */
function createDecoder(bytes: Buffer) {
  const latin1 = bytes.toString('latin1');
  const notAscii = /[\x80-\xff]/g;
  const nextFrom = (from: number) => {
    notAscii.lastIndex = from;
    return notAscii.exec(latin1)?.index ?? bytes.length;
  };
  let next = -1;
  const decode = (from: number, to: number) => {
    if (next < 0) next = nextFrom(from);
    if (to <= next) return latin1.slice(from, to);
    next = nextFrom(to);
    return bytes.toString('utf8', from, to);
  };
  return { latin1, decode };
}

/** Skips doubled quotes; -1 when the cell is never closed. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text.charCodeAt(at + 1) !== quote) return at;
  }
}
