// Libraries to compare: imported from a sheet, or made of odd texts.
import { createHash } from 'node:crypto';
import os from 'node:os';
import { readConfig } from '../../src/core/config.ts';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { openExport } from '../../src/exports/exported-rows.ts';
import { packLibrary } from '../../src/exports/export.ts';
import { maxCellLength } from '../../src/exports/limits.ts';
import { createLibrary, type Library } from '../../src/library/repository.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { checkSheet, isComparable } from '../../src/sheets/checks.ts';
import type { SheetPlace } from '../../src/sheets/location.ts';
import { planImport } from '../../src/sheets/plan.ts';
import { readSheet } from '../../src/sheets/read-sheet.ts';
import { tabs as usualTabs } from '../../src/sheets/tabs.ts';
import { oddTexts } from './odd-texts.ts';

const at = '2026-01-02T03:04:05.000Z';
const unfollowed = () => {};

/** Imports the sheet into a new library at `file`. Throws what is wrong with the sheet. */
export async function importInto(file: string, place: SheetPlace): Promise<Library> {
  const google = { ...readConfig({}, '/').google, onWait: unfollowed };
  const content = await readSheet(place, { mayRead: () => true, onRead: unfollowed, google });
  const checked = checkSheet(content, os.tmpdir(), unfollowed);
  const problems = [
    ...checked.sheetProblems.map(({ problem }) => problem),
    ...checked.rowProblems,
    ...checked.warnings,
  ];
  const [first] = problems;
  if (first)
    throw new Error(
      `${problems.length} problems, the first in ${first.tab}, row ${first.row}: ${first.message}`,
    );
  if (!isComparable(checked)) throw new Error('The sheet cannot be compared.');
  const library = createLibrary(prepareLibrary(file).library);
  const plan = planImport({ checked, library, mode: 'replace', store: null, onCompared: unfollowed });
  library.write(() => applyPlan(library, plan, checked, at, unfollowed));
  return library;
}

/** A library with each odd text in every column that is free, and with the longest text that a cell can hold. */
export function makeOddLibrary(file: string): Library {
  const library = createLibrary(prepareLibrary(file).library);
  const texts = [...oddTexts, 'x'.repeat(maxCellLength), "'=".padEnd(maxCellLength - 1, '😀')];
  const times = [at, at, null, null];
  library.write(() => {
    library.category.insertAll([{ values: ['ODD', 'Odd', oddTexts.join(' ')], times: [at] }]);
    for (const [index, text] of texts.entries()) {
      const [title, author] = [text.slice(0, 100), index % 2 === 0 ? text : null];
      const experience = [`E${index}${title}`, 'ODD', 'useful', title, text, author, 'global', 0, author];
      library.experience.insertAll([{ values: experience, times }]);
      const manual = [`M${index}${title}`, 'ODD', title, text, author, 'local', 1, author];
      library.manual.insertAll([{ values: manual, times }]);
    }
  });
  return library;
}

/** All columns of all rows that an export has. */
export function hashLibrary(library: Library): string {
  return createHash('sha256')
    .update(JSON.stringify(exportedCells(library)))
    .digest('hex');
}

/** The cells of each tab, as an export writes them. */
export function exportedCells(library: Library): string[][][] {
  return library.read(() => {
    const { tabs, close } = openExport(library, {
      format: 'xlsx',
      tabs: usualTabs,
      at: null,
      onRow: unfollowed,
    });
    try {
      return tabs.map(({ rows }) => Array.from(rows, (cells) => [...cells]));
    } finally {
      close();
    }
  });
}

export async function exportWorkbook(library: Library, file: string): Promise<string> {
  await packLibrary(library, { format: 'xlsx', path: file }, { onRow: unfollowed, row: unfollowed });
  return file;
}
