// Reads and writes CSV as RFC 4180 has it, and nothing looser: a quote in the wrong place usually means that
// cells have run into each other, so reading stops there and says where. Records end with CRLF, LF or CR.

export type CsvFault = { row: number; cell: number; message: string };
/** `records` are those before the fault; rows count records from 1, cells from 0. */
export type Csv = { records: string[][]; fault: CsvFault | null };

export const delimiters = [',', ';', '\t'] as const;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const lastAscii = 0x7f;
const byteOrderMark = Buffer.from('\uFEFF');

/** All records of `bytes`, or the first `most`. What is not UTF-8 is read as U+FFFD. */
export function parseCsv(bytes: Buffer, delimiter: string, most = Number.POSITIVE_INFINITY): Csv {
  const cells = createCells(bytes, delimiter);
  const records: string[][] = [];
  let record: string[] = [];
  try {
    while (records.length < most && (cells.hasNext() || record.length > 0)) {
      record.push(cells.next());
      if (cells.isInRecord()) continue;
      records.push(record);
      record = [];
    }
    return { records, fault: null };
  } catch (error) {
    if (!(error instanceof MisplacedQuote)) throw error;
    return { records, fault: { row: records.length + 1, cell: record.length, message: error.message } };
  }
}

/** One record with its line end. */
export function formatRecord(cells: readonly string[]): string {
  return `${cells.map(formatCell).join(',')}\r\n`;
}

function formatCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

class MisplacedQuote extends Error {}

/** Goes through the bytes cell by cell. They are scanned as they are, since no delimiter hides in a UTF-8
 *  sequence; only a cell that is not ASCII is decoded. */
function createCells(bytes: Buffer, delimiter: string) {
  const latin1 = bytes.toString('latin1');
  const comma = delimiter.charCodeAt(0);
  const endsPlain = new Uint8Array(256);
  for (const byte of [comma, lineFeed, carriageReturn, quote]) endsPlain[byte] = 1;
  let at = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  let isInRecord = false;

  let place = 0;
  const above: string[] = [];
  const aboveAt: number[] = [];

  function quoted(): string {
    aboveAt[place] = -1;
    const close = closingQuote(latin1, at + 1);
    if (close < 0) throw new MisplacedQuote('The quote that opens this cell is never closed.');
    const cell = bytes.toString('utf8', at + 1, close);
    at = close + 1;
    const isEnd = at === bytes.length || endsPlain[bytes[at] ?? 0] === 1;
    if (isEnd) return cell.includes('""') ? cell.replaceAll('""', '"') : cell;
    throw new MisplacedQuote(
      'Text follows the closing quote of this cell; a quote inside a cell must be doubled.',
    );
  }

  /** Many columns repeat the cell above; that one is used again, which spares most of the memory. */
  function plain(): string {
    const start = at;
    const before = aboveAt[place] ?? -1;
    const back = start - before;
    let isSame = before >= 0;
    let end = at;
    let bits = 0;
    for (; end < bytes.length; end++) {
      const byte = bytes[end] ?? 0;
      if (endsPlain[byte] === 1) break;
      bits |= byte;
      if (isSame && bytes[end - back] !== byte) isSame = false;
    }
    at = end;
    if (bytes[end] === quote) {
      throw new MisplacedQuote('A quote stands inside this cell, but the cell does not begin with one.');
    }
    aboveAt[place] = start;
    if (isSame && endsPlain[bytes[end - back] ?? 0] === 1) return above[place] ?? '';
    const cell = bits > lastAscii ? bytes.toString('utf8', start, end) : latin1.slice(start, end);
    above[place] = cell;
    return cell;
  }

  return {
    hasNext: () => at < bytes.length,
    /** Whether another cell of the same record follows. */
    isInRecord: () => isInRecord,
    next(): string {
      const cell = bytes[at] === quote ? quoted() : plain();
      const end = bytes[at++];
      isInRecord = end === comma;
      place = isInRecord ? place + 1 : 0;
      if (end === carriageReturn && bytes[at] === lineFeed) at++;
      return cell;
    },
  };
}

/** A doubled quote does not close. */
function closingQuote(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text.charCodeAt(at + 1) !== quote) return at;
  }
}
