// Plans and imports a sheet within this process, without progress.
import assert from 'node:assert/strict';
import os from 'node:os';
import { readConfig } from '../../src/core/config.ts';
import { createLibrary, type Library } from '../../src/library/repository.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { type CheckedSheet, checkSheet, isComparable } from '../../src/sheets/checks.ts';
import type { Mode } from '../../src/sheets/compare.ts';
import { readFolder } from '../../src/sheets/folder.ts';
import { type ImportPlan, planImport } from '../../src/sheets/plan.ts';
import { badSheet } from '../../src/sheets/problems.ts';
import type { SheetContent } from '../../src/sheets/tab-readings.ts';
import { type Root, type Sheet, writeSheet } from './library.ts';

export const now = '2026-11-22T10:00:00.000Z';
export const nothing = { added: 0, changed: 0, unchanged: 0, removed: 0, invalid: 0 };
export const unfollowed = () => {};
/** For a sheet that may be read from everywhere; there is no key of Google. */
export const reading = {
  mayRead: () => true,
  onRead: unfollowed,
  google: { ...readConfig({}, '/').google, onWait: unfollowed },
};

export function plan(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  const library = createLibrary(root.db);
  return planSheet(checkFolder(writeSheet(root, content)), library, mode);
}

/** Skips invalid rows. */
export function importSheet(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  return importFolder(root, writeSheet(root, content), mode);
}

/** Imports a sheet that is already in the folder. */
export function importFolder({ db }: Root, folder: string, mode: Mode = 'replace', at = now): ImportPlan {
  const library = createLibrary(db);
  const checked = checkFolder(folder);
  const plan = planSheet(checked, library, mode);
  library.write(() => applyPlan(library, plan, checked, at, unfollowed));
  assert.deepEqual(library.counts(), plan.after, 'the library has the planned size');
  return plan;
}

/** Throws the refusal of an import when the sheet as a whole is wrong. */
export function checkFolder(folder: string, mayRead: (file: string) => boolean = () => true): CheckedSheet {
  return checkContent(readFolder(folder, { naming: 'own', mayRead, onRead: unfollowed }));
}

/** Throws like `checkFolder`. */
export function checkContent(content: SheetContent): CheckedSheet {
  const checked = checkSheet(content, os.tmpdir(), unfollowed);
  if (!isComparable(checked)) throw badSheet(checked.sheetProblems, checked.rowProblems);
  return checked;
}

export function planSheet(checked: CheckedSheet, library: Library, mode: Mode): ImportPlan {
  return planImport({ checked, library, mode, store: null, onCompared: unfollowed });
}

/** The keys of all rows of the library. */
export function keys({ db }: Root): unknown[] {
  return [
    'SELECT code FROM categories ORDER BY 1',
    'SELECT id FROM experiences ORDER BY 1',
    'SELECT id FROM category_manuals ORDER BY 1',
  ].flatMap((statement) => db.prepare(statement).pluck().all());
}
