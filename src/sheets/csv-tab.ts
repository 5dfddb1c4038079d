// Reads the bytes of a CSV file as a tab; broken quoting is a problem. checks.ts checks its cells.
import { isUtf8 } from 'node:buffer';
import { delimiters, parseCsv } from './csv.ts';
import { recogniseEncoding } from './encoding.ts';
import { recogniseForeign } from './file-format.ts';
import { maxHeaderRows, recogniseFirstRows } from './first-rows.ts';
import { countKnown } from './header.ts';
import { rowProblem } from './problems.ts';
import type { TabReading } from './tab-readings.ts';
import type { Tab } from './tabs.ts';

/** A larger tab would exceed the memory limit of an import. */
export const maxTabMb = 200;

/** Returns content and problem when the quoting breaks: the rows before the break can still be checked. `file`: the name of
 *  the file, for messages. */
export function readCsvTab(tab: Tab, bytes: Buffer, file: string): TabReading {
  const foreign = recogniseForeign(bytes);
  if (foreign) return { foreign };
  const csv = parseCsv(bytes, findDelimiter(bytes, tab));
  const misread = recogniseFirstRows(tab, firstLine(bytes), csv.records);
  if (misread) return { foreign: misread };
  const [header = [], ...records] = csv.records;
  const content = { tab, header, records, isUtf8: isUtf8(bytes), place: file };
  const otherEncoding = content.isUtf8 ? null : recogniseEncoding(content);
  if (otherEncoding) return { foreign: otherEncoding };
  if (!csv.fault) return { content };
  const { row, cell, message } = csv.fault;
  const column = header[cell] ?? `column ${cell + 1}`;
  const advice = 'Correct it; the rest of this tab is not read.';
  const problem = rowProblem(tab.name, row, column, null, `${message} ${advice}`);
  return { ...(header.length > 0 ? { content } : {}), problem: { code: 'unreadable_tab', problem } };
}

/** A header is searched for in so many bytes. */
export const headBytes = 64 * 1024;

/** Reads the first bytes of a file. Where they end, a quoted cell may not; that is no problem of the file. */
export function readCsvHead(tab: Tab, head: Buffer, file: string): TabReading {
  if (head.length < headBytes) return readCsvTab(tab, head, file);
  const lastLine = head.lastIndexOf('\n');
  const { problem: _, ...reading } = readCsvTab(
    tab,
    lastLine < 0 ? head : head.subarray(0, lastLine + 1),
    file,
  );
  return reading;
}

/** The delimiter with which a row at the top has the most known names. */
function findDelimiter(bytes: Buffer, tab: Tab): string {
  const start = bytes.subarray(0, headBytes);
  const known = (delimiter: string) =>
    Math.max(...parseCsv(start, delimiter, maxHeaderRows).records.map((cells) => countKnown(tab, cells)), 0);
  return delimiters.reduce((best, next) => (known(next) > known(best) ? next : best));
}

/** The first one that is not blank. */
function firstLine(bytes: Buffer): string {
  const start = bytes.toString('utf8', 0, headBytes);
  return start.trimStart().split(/[\r\n]/, 1)[0] ?? '';
}
