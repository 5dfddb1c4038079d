// Reads and writes CSV (RFC 4180), strictly: reading stops at a misplaced quote, where cells have run together.

import { isUnseen } from './hidden.ts';

type CsvFault = { row: number; cell: number; message: string };
/** `records` are those before the fault. Rows count from 1, cells from 0. */
type Csv = { records: string[][]; fault: CsvFault | null };

export const delimiters = [',', ';', '\t'] as const;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from('\uFEFF');

/** Invalid UTF-8 becomes U+FFFD. Scanning bytes is safe: no delimiter is part of a UTF-8 sequence. */
export function parseCsv(bytes: Buffer, delimiter: string, max = Number.POSITIVE_INFINITY): Csv {
  const comma = delimiter.charCodeAt(0);
  const ends = endsOfCell(comma);
  const { latin1, decode } = createDecoder(bytes);
  const records: string[][] = [];
  let record: string[] = [];
  let at = skipByteOrderMarks(bytes);
  const stop = (message: string): Csv => ({
    records,
    fault: { row: records.length + 1, cell: record.length, message },
  });
  while (records.length < max && (at < bytes.length || record.length > 0)) {
    let end: number;
    if (bytes[at] === quote) {
      const close = closingQuote(latin1, at + 1);
      if (close < 0) return stop('The quote that opens this cell is never closed.');
      end = close + 1;
      if (end < bytes.length && ends[bytes[end] ?? 0] !== 1) {
        return stop('Text follows the closing quote of this cell; a quote inside a cell must be doubled.');
      }
      const cell = decode(at + 1, close);
      record.push(cell.includes('""') ? cell.replaceAll('""', '"') : cell);
    } else {
      end = at;
      while (end < bytes.length && ends[bytes[end] ?? 0] !== 1) end++;
      if (bytes[end] === quote) {
        return stop('There is a quote inside this cell, but the cell does not begin with one.');
      }
      record.push(decode(at, end));
    }
    at = end + 1;
    if (bytes[end] === comma) continue;
    if (bytes[end] === carriageReturn && bytes[at] === lineFeed) at++;
    records.push(record);
    record = [];
  }
  return { records, fault: null };
}

/** Programs that add a mark to a file that has one write two. */
function skipByteOrderMarks(bytes: Buffer): number {
  let at = 0;
  while (bytes.subarray(at, at + byteOrderMark.length).equals(byteOrderMark)) at += byteOrderMark.length;
  return at;
}

/** A blank line, or a row of cells in which nothing can be seen. A NUL is not overlooked. */
export function isBlank(record: string[]): boolean {
  return record.every((cell) => isUnseen(cell) && !cell.includes('\0'));
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

/** Decodes cells from left to right. Slicing ASCII from one string is faster; `next` is the first other byte ahead. */
function createDecoder(bytes: Buffer) {
  const latin1 = bytes.toString('latin1');
  const notAscii = /[\x80-\xff]/g;
  const nextFrom = (from: number) => {
    notAscii.lastIndex = from;
    return notAscii.exec(latin1)?.index ?? bytes.length;
  };
  let next = nextFrom(0);
  const decode = (from: number, to: number) => {
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
