// Plans and imports a sheet within this process.
import assert from 'node:assert/strict';
import { createLibrary } from '../../src/library/repository.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { checkSheet, isComparable } from '../../src/sheets/checks.ts';
import { readFolder } from '../../src/sheets/folder.ts';
import { type ImportPlan, type Mode, planImport } from '../../src/sheets/plan.ts';
import { badSheet } from '../../src/sheets/problems.ts';
import { type Root, type Sheet, writeSheet } from './library.ts';

export const now = '2026-11-22T10:00:00.000Z';
export const nothing = { added: 0, changed: 0, unchanged: 0, removed: 0, invalid: 0 };

export function plan(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  return read(root, content, mode).plan;
}

/** Leaves invalid rows out. */
export function importSheet(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  const { plan, checked, library } = read(root, content, mode);
  library.write(() => applyPlan(library, plan, checked, now));
  assert.deepEqual(library.counts(), plan.after, 'the library is as large as planned');
  return plan;
}

function read(root: Root, content: Sheet, mode: Mode) {
  const checked = checkSheet(readFolder(writeSheet(root, content), () => true));
  if (!isComparable(checked)) throw badSheet(checked.sheetProblems, checked.rowProblems);
  const library = createLibrary(root.db);
  return { library, checked, plan: planImport(checked, library, mode) };
}

/** Of all rows that the library has. */
export function keys({ db }: Root): unknown[] {
  return [
    'SELECT code FROM categories ORDER BY 1',
    'SELECT id FROM experiences ORDER BY 1',
    'SELECT id FROM category_manuals ORDER BY 1',
  ].flatMap((statement) => db.prepare(statement).pluck().all());
}
