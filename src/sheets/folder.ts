// Reads a sheet that is a folder of CSV files; a missing tab or broken quoting is a problem. checks.ts checks cells.
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { delimiters, parseCsv } from './csv.ts';
import { warnOfOpenTabs } from './desktop-files.ts';
import { recogniseEncoding } from './encoding.ts';
import { describeForeign, type Foreign, recogniseForeign } from './file-format.ts';
import { maxHeaderRows, recogniseFirstRows } from './first-rows.ts';
import { countKnown } from './header.ts';
import { describeMissing } from './missing-tabs.ts';
import { type Problem, rowProblem, type SheetProblem } from './problems.ts';
import { type Tab, type TabContent, tabFiles, tabs } from './tabs.ts';

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
  const present = tabs.filter(({ file }) => names.includes(file));
  const foreign: [Tab, Foreign][] = [];
  let rows = 0;
  for (const tab of present) {
    const bytes = readTab(folder, tab, mayRead);
    if (!Buffer.isBuffer(bytes)) {
      sheet.problems.push(bytes);
      continue;
    }
    sheet.hashes.push(createHash('sha256').update(bytes).digest('hex'));
    const parsed = parseTab(tab, bytes);
    if (parsed.foreign) foreign.push([tab, parsed.foreign]);
    if (parsed.problem) sheet.problems.push(parsed.problem);
    if (!parsed.content) continue;
    sheet.contents.push(parsed.content);
    rows += parsed.content.records.length;
    onRead(rows);
  }
  const holdsTab = (name: string) => tabFiles.some((file) => fs.existsSync(path.join(folder, name, file)));
  const missing = tabs.filter((tab) => !present.includes(tab));
  sheet.problems.push(...describeMissing(missing, names, names.filter(holdsTab)), ...foreignTabs(foreign));
  return sheet;
}

/** Returns the same hashes as `readFolder`, without blocking the event loop or holding a file in memory. */
export async function hashFolder(folder: string): Promise<string[]> {
  return Promise.all(tabFiles.map((file) => hashFile(path.join(folder, file))));
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A larger tab would exceed the memory limit of an import. */
const maxTabMb = 200;

function readTab(folder: string, tab: Tab, mayRead: (file: string) => boolean) {
  try {
    return openTab(path.join(folder, tab.file), tab, mayRead);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const reason = 'it is a link to a file that is gone, or must not be read. Put the file itself there.';
    return unreadableTab(tab, `${tab.file} cannot be opened (${code}): ${reason}`);
  }
}

function openTab(file: string, tab: Tab, mayRead: (file: string) => boolean) {
  const unreadable = (why: string) => unreadableTab(tab, `${tab.file} ${why}`);
  if (!mayRead(fs.realpathSync(file)))
    return unreadable('is a link that leads out of the allowed folders. Put the file itself there.');
  const stat = fs.statSync(file);
  if (!stat.isFile()) return unreadable('is not a file.');
  if (stat.size > maxTabMb * 1024 * 1024)
    return unreadable(`is larger than ${maxTabMb} MB. Import it in parts, with the mode merge.`);
  return fs.readFileSync(file);
}

/** Returns content and problem when the quoting breaks: the rows before the break can still be checked. */
function parseTab(
  tab: Tab,
  bytes: Buffer,
): { content?: TabContent; problem?: SheetProblem; foreign?: Foreign } {
  const foreign = recogniseForeign(bytes);
  if (foreign) return { foreign };
  const csv = parseCsv(bytes, findDelimiter(bytes, tab));
  const misread = recogniseFirstRows(tab, firstLine(bytes), csv.records);
  if (misread) return { foreign: misread };
  const [header = [], ...records] = csv.records;
  const content = { tab, header, records, isUtf8: isUtf8(bytes) };
  const otherEncoding = content.isUtf8 ? null : recogniseEncoding(content);
  if (otherEncoding) return { foreign: otherEncoding };
  if (!csv.fault) return { content };
  const { row, cell, message } = csv.fault;
  const column = header[cell] ?? `column ${cell + 1}`;
  const advice = 'Correct it; the rest of this tab is not read.';
  const problem = rowProblem(tab.name, row, column, null, `${message} ${advice}`);
  return { ...(header.length > 0 ? { content } : {}), problem: { code: 'unreadable_tab', problem } };
}

const maxHeaderBytes = 64 * 1024;

/** The delimiter with which a row at the top has the most known names. */
function findDelimiter(bytes: Buffer, tab: Tab): string {
  const start = bytes.subarray(0, maxHeaderBytes);
  const known = (delimiter: string) =>
    Math.max(...parseCsv(start, delimiter, maxHeaderRows).records.map((cells) => countKnown(tab, cells)), 0);
  return delimiters.reduce((best, next) => (known(next) > known(best) ? next : best));
}

/** The first one that is not blank. */
function firstLine(bytes: Buffer): string {
  const start = bytes.toString('utf8', 0, maxHeaderBytes);
  return start.trimStart().split(/[\r\n]/, 1)[0] ?? '';
}

function unreadableTab(tab: Tab, message: string): SheetProblem {
  return { code: 'unreadable_tab', problem: rowProblem(tab.name, null, null, null, message) };
}

/** One problem for all tabs of the same kind. */
function foreignTabs(foreign: [Tab, Foreign][]): SheetProblem[] {
  const kinds = new Set(foreign.map(([, { kind }]) => kind));
  return [...kinds].flatMap((kind) => {
    const alike = foreign.filter(([, one]) => one.kind === kind);
    const files = alike.map(([{ file }]) => file);
    return alike.slice(0, 1).map(([tab, one]) => unreadableTab(tab, describeForeign(files, one)));
  });
}
