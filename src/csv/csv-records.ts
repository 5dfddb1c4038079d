// The records of a CSV file. They are parsed part by part each time that they are read, so that a file of any size needs little
// memory.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type CsvFault, scanCsv, skipByteOrderMarks } from './csv.ts';
import { type CsvBytes, fileChanged } from './csv-bytes.ts';

/** The rows of a tab, which may be parsed anew each time that they are iterated over. */
export type Records = Iterable<string[]> & { readonly length: number };

export type CsvContent = {
  /** All but the first record; those before the fault, if there is one. */
  records: Records;
  fault: CsvFault | null;
  isUtf8: boolean;
  hasNul: boolean;
};

const partBytes = 64 * 1024;
const markBytes = 1024;

/** Looks through the whole file once. */
export function readCsvRecords(bytes: CsvBytes, delimiter: string): CsvContent {
  const found: Omit<CsvContent, 'records'> = { fault: null, isUtf8: true, hasNul: false };
  let rows = 0;
  for (const { part, records, fault } of scanParts(bytes, delimiter)) {
    found.isUtf8 &&= isUtf8(part);
    found.hasNul ||= part.includes(0);
    if (fault) found.fault = { ...fault, row: rows + fault.row };
    rows += records;
  }
  const below = () => iterate(bytes, delimiter, { skip: 1, mayStop: found.fault !== null });
  return { ...found, records: { length: Math.max(0, rows - 1), [Symbol.iterator]: below } };
}

/** All records, as far as they can be read. */
export function iterateCsv(bytes: CsvBytes, delimiter: string): Iterable<string[]> {
  return { [Symbol.iterator]: () => iterate(bytes, delimiter, { skip: 0, mayStop: true }) };
}

/** Throws `temporary` at the end when the file is not the one whose hash was taken. */
function* iterate(
  bytes: CsvBytes,
  delimiter: string,
  { skip, mayStop }: { skip: number; mayStop: boolean },
): Generator<string[]> {
  let skipped = 0;
  const hash = bytes.canChange && !mayStop ? createHash('sha256') : null;
  hash?.update(bytes.read(0, skipByteOrderMarks(bytes.read(0, markBytes))));
  const records: string[][] = [];
  for (const { part, fault } of scanParts(bytes, delimiter, (cells) => records.push(cells))) {
    hash?.update(part);
    if (fault && !mayStop) throw fileChanged();
    for (const cells of records) {
      if (skipped < skip) skipped++;
      else yield cells;
    }
    records.length = 0;
  }
  if (hash && hash.digest('hex') !== bytes.hash) throw fileChanged();
}

/** Yields the bytes of whole records; with a fault, those after it, too. */
function* scanParts(bytes: CsvBytes, delimiter: string, onRecord?: (cells: string[]) => void) {
  let at = skipByteOrderMarks(bytes.read(0, markBytes));
  for (let length = partBytes; at < bytes.size; ) {
    const part = bytes.read(at, length);
    const isLast = at + part.length >= bytes.size;
    const found = scanCsv(part, {
      delimiter,
      ...(isLast ? {} : { isPart: true }),
      ...(onRecord && { onRecord }),
    });
    const { records, fault } = found;
    const end = fault ? part.length : found.end;
    yield { part: part.subarray(0, end), records, fault };
    if (fault) return;
    length = end > 0 ? partBytes : 2 * length;
    at += end;
  }
}
