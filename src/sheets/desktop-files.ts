// Desktop files in the folder of a sheet: an import ignores them, and an export removes them together with an outdated sheet.
import fs from 'node:fs';
import path from 'node:path';
import { isDesktopFile, lockOf } from '../zip/desktop-files.ts';
import { type Problem, rowProblem } from './problems.ts';
import type { Tab } from './tabs.ts';

/** A warning for each tab that a program has open, by its lock file among `names`. `tabs`: as the folder names them. */
export function warnOfOpenTabs(
  tabs: readonly Tab[],
  names: readonly string[],
  consequence: string,
): Problem[] {
  return tabs.flatMap(({ name, file }) =>
    describeOpen(file, names, consequence).map((message) => rowProblem(name, null, null, null, message)),
  );
}

/** A sentence for each program that has the file open, by its lock file among `names`. */
export function describeOpen(file: string, names: readonly string[], consequence: string): string[] {
  return names.flatMap((name) => {
    const lock = lockOf(name);
    if (lock?.file !== file) return [];
    return [`${file} is open in ${lock.program}, by its lock file ${name}. ${consequence}`];
  });
}

/** Removes the desktop files of a folder; the folder and all other files stay. */
export function removeDesktopFiles(folder: string) {
  for (const name of fs.readdirSync(folder)) {
    if (isDesktopFile(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
