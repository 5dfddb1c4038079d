// Reads a sheet that is a folder of CSV files; a missing tab or broken quoting is a problem. checks.ts checks cells.
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { cut } from '../library/rules.ts';
import { delimiters, parseCsv } from './csv.ts';
import { isDesktopFile, warnOfOpenTabs } from './desktop-files.ts';
import { nearest } from './nearest.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import { type Tab, tabFiles, tabs } from './tabs.ts';

/** `records` are the rows below the header: row n of the spreadsheet is `records[n - 2]`. */
export type TabContent = { tab: Tab; header: string[]; records: string[][]; isUtf8: boolean };

/** `hashes`: SHA-256 of each tab's bytes, hexadecimal, in the order of the tabs. */
export type SheetContent = {
  contents: TabContent[];
  problems: SheetProblem[];
  warnings: Problem[];
  hashes: string[];
};

/** `mayRead` judges the real path of each tab, which may be a symbolic link. `onRead` receives the rows read so far. */
export function readFolder(
  folder: string,
  mayRead: (realPath: string) => boolean,
  onRead: (rows: number) => void,
): SheetContent {
  const names = fs.readdirSync(folder).sort();
  const warnings = warnOfOpenTabs(names, 'Changes that are not saved there are not imported.');
  const sheet: SheetContent = { contents: [], problems: [], warnings, hashes: [] };
  let rows = 0;
  for (const tab of tabs) {
    const bytes = readTab(folder, tab, names, mayRead);
    if (!Buffer.isBuffer(bytes)) {
      sheet.problems.push(bytes);
      continue;
    }
    sheet.hashes.push(createHash('sha256').update(bytes).digest('hex'));
    const { content, problem } = parseTab(tab, bytes);
    if (problem) sheet.problems.push(problem);
    if (!content) continue;
    sheet.contents.push(content);
    rows += content.records.length;
    onRead(rows);
  }
  return sheet;
}

/** Returns the same hashes as `readFolder`, without blocking the event loop or holding a file in memory. */
export async function hashFolder(folder: string): Promise<string[]> {
  return Promise.all(tabFiles.map((file) => hashFile(path.join(folder, file))));
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A larger tab would exceed the memory limit of an import. */
const maxTabMb = 200;

function readTab(folder: string, tab: Tab, names: string[], mayRead: (file: string) => boolean) {
  const file = path.join(folder, tab.file);
  const unreadable = (why: string) => fault(tab, 'unreadable_tab', `${tab.file} ${why}`);
  if (!names.includes(tab.file)) return fault(tab, 'missing_tab', missingTab(tab, names));
  if (!mayRead(fs.realpathSync(file)))
    return unreadable('is a link that leads out of the allowed folders. Put the file itself there.');
  const stat = fs.statSync(file);
  if (!stat.isFile()) return unreadable('is not a file.');
  if (stat.size > maxTabMb * 1024 * 1024)
    return unreadable(`is larger than ${maxTabMb} MB. Import it in parts, with the mode merge.`);
  return fs.readFileSync(file);
}

function missingTab(tab: Tab, names: string[]): string {
  const visible = names.filter((name) => !name.startsWith('.') && !isDesktopFile(name));
  const found =
    visible.length === 0 ? 'The folder is empty.' : `Found: ${cut(visible.sort().join(', '), 200)}.`;
  const others = visible.filter((name) => !tabFiles.includes(name));
  const meant = nearest(tab.file, others);
  const advice = meant
    ? `Rename “${meant}” to “${tab.file}”.`
    : `Add it; its header is ${tab.headers.join(',')}.`;
  return `${tab.file} is missing. ${found} ${advice}`;
}

/** Returns content and problem when the quoting breaks: the rows before the break can still be checked. */
function parseTab(tab: Tab, bytes: Buffer): { content?: TabContent; problem?: SheetProblem } {
  if (isUtf16(bytes)) {
    return { problem: fault(tab, 'unreadable_tab', `${tab.file} is UTF-16 text. Save it as CSV in UTF-8.`) };
  }
  const csv = parseCsv(bytes, findDelimiter(bytes, tab));
  const [header, ...records] = csv.records;
  const content = { tab, header: header ?? [], records, isUtf8: isUtf8(bytes) };
  if (!csv.fault) return { content };
  const { row, cell, message } = csv.fault;
  const column = header?.[cell] ?? `column ${cell + 1}`;
  const advice = 'Correct it; the rest of this tab is not read.';
  const problem = rowProblem(tab.name, row, column, null, `${message} ${advice}`);
  return { ...(header ? { content } : {}), problem: { code: 'unreadable_tab', problem } };
}

const maxHeaderBytes = 64 * 1024;

/** The delimiter with which the header has the most known names. */
function findDelimiter(bytes: Buffer, tab: Tab): string {
  const start = bytes.subarray(0, maxHeaderBytes);
  const known = (delimiter: string) => {
    const [header = []] = parseCsv(start, delimiter, 1).records;
    return header.filter((name) => tab.headers.includes(name)).length;
  };
  return delimiters.reduce((best, next) => (known(next) > known(best) ? next : best));
}

function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.subarray(0, 2).toString('hex');
  return mark === 'fffe' || mark === 'feff';
}

function fault(tab: Tab, code: SheetProblem['code'], message: string): SheetProblem {
  return { code, problem: rowProblem(tab.name, null, null, null, message) };
}
