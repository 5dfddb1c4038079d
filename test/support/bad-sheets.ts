// Sheets that an import refuses, with the expected messages.
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { mayRead } from '../../src/sheets/location.ts';
import { badSheet, type Problem } from '../../src/sheets/problems.ts';
import { makeRoot, type Root, type Sheet, sheet, writeSheet } from './library.ts';
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
