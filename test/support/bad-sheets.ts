// Sheets that an import refuses, with the expected messages.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { AppError } from '../../src/core/errors.ts';
import { createLibrary } from '../../src/library/repository.ts';
import type { CheckedSheet } from '../../src/sheets/checks.ts';
import { parseCsv } from '../../src/csv/csv.ts';
import { mayRead } from '../../src/sheets/location.ts';
import { badSheet, type Problem } from '../../src/sheets/problems.ts';
import { readSheet } from '../../src/sheets/read-sheet.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import { bookId, googleSettings, startGoogle } from './google.ts';
import { makeRoot, type Root, type Scope, type Sheet, sheet, writeSheet } from './library.ts';
import { checkContent, checkFolder, planSheet, reading, unfollowed } from './plan.ts';
import { buildWorkbook, type Worksheet } from './workbook.ts';

/** Problems as tab, row, column, value, message. A message states what was found, what was expected and what to do. */
type Expected = { code: string; problems: (string | number | null)[][] };
type BadSheet = {
  title: string;
  content?: Partial<Sheet>;
  spoil?: (folder: string) => void;
  /** The fault is one of files or of their text, which a workbook cannot have. */
  isOfFiles?: true;
} & Expected;

/** Tests each sheet as CSV files, as a workbook and as a Google spreadsheet: all have the same problems. */
export function testRefusals(badSheets: BadSheet[]) {
  for (const { title, content, spoil, isOfFiles, code, problems } of badSheets) {
    t.test(`an import refuses ${title}`, async (t) => {
      const root = makeRoot(t);
      const folder = writeSheet(root, sheet(content));
      spoil?.(folder);
      const refusals = [check(root, folder), ...(isOfFiles ? [] : await checkAsOthers(t, root, folder))];
      for (const [at, { details }] of refusals.entries()) {
        t.equal(details?.code, code);
        const shown = details?.problems as Problem[];
        const expected = at === 0 ? problems : problems.map((cells) => cells.map(inWorkbook));
        t.strictSame(
          shown.map(({ tab, row, column, value, message }) => [tab, row, column, value, message]),
          expected,
        );
      }
    });
  }
}

/** A message about a tab of a workbook, from the one about a CSV file. */
export function inWorkbook<T>(text: T): T | string {
  const named = (message: string) =>
    tabs.reduce((changed, { file, name }) => changed.replaceAll(file, `the tab ${name}`), message);
  return typeof text === 'string' ? named(text) : text;
}

/** The CSV files of a folder as the tabs of a workbook, with the same cells. */
export async function readAsWorkbook(folder: string): Promise<SheetContent> {
  const worksheets = readCells(folder).map(([name, rows]): [string, Worksheet] => [name, { rows }]);
  const file = path.join(folder, '..', 'book.xlsx');
  fs.writeFileSync(file, buildWorkbook({ worksheets: Object.fromEntries(worksheets) }));
  return readSheet({ kind: 'xlsx', path: file }, reading);
}

/** The CSV files of a folder as the tabs of a Google spreadsheet, with the same cells. */
export async function readAsGoogle(t: Scope, folder: string): Promise<SheetContent> {
  return readGoogle(t, await startGoogle(t, Object.fromEntries(readCells(folder))));
}

/** `more`: replaces what is known of the spreadsheet and of waits. */
export async function readGoogle(t: Scope, { address }: { address: string }, more = {}, place = {}) {
  const { google } = readConfig(googleSettings(t, address), '/');
  const wait = async () => {};
  const access = { ...reading, google: { ...google, onWait: unfollowed, wait, ...more } };
  return readSheet({ kind: 'google', path: bookId, ...place }, access);
}

function readCells(folder: string): [string, string[][]][] {
  return tabs.map(({ name, file }) => [
    name,
    parseCsv(fs.readFileSync(path.join(folder, file)), ',').records,
  ]);
}

export type Change = (text: string) => string | Buffer;

/** Changes the named files of a sheet. */
export function rewrite(folder: string, changes: Record<string, Change>) {
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
  }
}

/** Returns the details of the refusal of a sheet after these changes. */
export function refuse(t: Scope, changes: Record<string, Change>, content?: Partial<Sheet>) {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet(content));
  rewrite(folder, changes);
  return check(root, folder).details;
}

/** Returns the refusal of an import into the root's empty library. */
export function check(root: Root, folder: string): AppError {
  return refusalOf(root, () => checkFolder(folder, (file) => mayRead(root.config, file)));
}

async function checkAsOthers(t: Scope, root: Root, folder: string): Promise<AppError[]> {
  const contents = [await readAsWorkbook(folder), await readAsGoogle(t, folder)];
  return contents.map((content) => refusalOf(root, () => checkContent(content)));
}

function refusalOf({ db }: Root, read: () => CheckedSheet): AppError {
  try {
    const { sheetProblems, rowProblems } = planSheet(read(), createLibrary(db), 'replace');
    return badSheet(sheetProblems, rowProblems);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
