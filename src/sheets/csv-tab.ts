// Reads the bytes of a CSV file as a tab; broken quoting is a problem. checks.ts checks its cells.
import { delimiters, parseCsv } from '../csv/csv.ts';
import { bytesInMemory, type CsvBytes } from '../csv/csv-bytes.ts';
import { iterateCsv, readCsvRecords } from '../csv/csv-records.ts';
import { recogniseEncoding } from './encoding.ts';
import { recogniseForeign } from '../csv/file-format.ts';
import { maxHeaderRows, recogniseFirstRows } from './first-rows.ts';
import { countKnown } from './header.ts';
import { rowProblem } from './problems.ts';
import type { TabReading } from './tab-readings.ts';
import type { Tab } from './tabs.ts';

/** A larger tab would exceed the memory limit of an import. */
export const maxTabMb = 200;

/** Returns content and problem when the quoting breaks: the rows before the break can still be checked. `file`: the name of
 *  the file, for messages. */
export function readCsvTab(tab: Tab, bytes: CsvBytes, file: string): TabReading {
  const foreign = recogniseForeign(bytes);
  if (foreign) return { foreign };
  const start = bytes.read(0, headBytes);
  const delimiter = findDelimiter(start, tab);
  const all = iterateCsv(bytes, delimiter);
  const misread = recogniseFirstRows(tab, firstLine(start), all);
  if (misread) return { foreign: misread };
  const [header = []] = all;
  const { fault, ...csv } = readCsvRecords(bytes, delimiter);
  const content = { tab, header, ...csv, place: file };
  const otherEncoding = content.isUtf8 ? null : recogniseEncoding(content);
  if (otherEncoding) return { foreign: otherEncoding };
  if (!fault) return { content };
  const { row, cell, message } = fault;
  const column = header[cell] ?? `column ${cell + 1}`;
  const advice = 'Correct it; the rest of this tab is not read.';
  const problem = rowProblem(tab.name, row, column, null, `${message} ${advice}`);
  return { ...(header.length > 0 ? { content } : {}), problem: { code: 'unreadable_tab', problem } };
}

/** A header is searched for in so many bytes. */
export const headBytes = 64 * 1024;

/** Reads the first bytes of a file. Where they end, a quoted cell may not; that is no problem of the file. */
export function readCsvHead(tab: Tab, head: Buffer, file: string): TabReading {
  if (head.length < headBytes) return readCsvTab(tab, bytesInMemory(head), file);
  const lastLine = head.lastIndexOf('\n');
  const { problem: _, ...reading } = readCsvTab(
    tab,
    bytesInMemory(lastLine < 0 ? head : head.subarray(0, lastLine + 1)),
    file,
  );
  return reading;
}

/** The delimiter with which a row at the top has the most known names. */
function findDelimiter(start: Buffer, tab: Tab): string {
  const known = (delimiter: string) =>
    Math.max(...parseCsv(start, delimiter, maxHeaderRows).records.map((cells) => countKnown(tab, cells)), 0);
  return delimiters.reduce((best, next) => (known(next) > known(best) ? next : best));
}

/** The first one that is not blank. */
function firstLine(start: Buffer): string {
  return (
    start
      .toString('utf8')
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? ''
  );
}
