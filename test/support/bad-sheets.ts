// Sheets that an import refuses, with the expected messages.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { mayRead } from '../../src/sheets/location.ts';
import { badSheet, type Problem } from '../../src/sheets/problems.ts';
import { makeRoot, type Root, type Scope, type Sheet, sheet, writeSheet } from './library.ts';
import { checkFolder, planSheet } from './plan.ts';

/** Problems as tab, row, column, value, message. A message states what was found, what was expected and what to do. */
type Expected = { code: string; problems: (string | number | null)[][] };
type BadSheet = {
  title: string;
  content?: Partial<Sheet>;
  spoil?: (folder: string) => void;
} & Expected;

export function testRefusals(badSheets: BadSheet[]) {
  for (const { title, content, spoil, code, problems } of badSheets) {
    t.test(`an import refuses ${title}`, async (t) => {
      const root = makeRoot(t);
      const folder = writeSheet(root, sheet(content));
      spoil?.(folder);
      const { details } = check(root, folder);
      t.equal(details?.code, code);
      const shown = details?.problems as Problem[];
      t.strictSame(
        shown.map(({ tab, row, column, value, message }) => [tab, row, column, value, message]),
        problems,
      );
    });
  }
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
export function check({ config, db }: Root, folder: string): AppError {
  try {
    const checked = checkFolder(folder, (file) => mayRead(config, file));
    const { sheetProblems, rowProblems } = planSheet(checked, createLibrary(db), 'replace');
    return badSheet(sheetProblems, rowProblems);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
