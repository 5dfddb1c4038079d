// Desktop files in the folder of a sheet: an import ignores them, and an export removes them together with an outdated sheet.
import fs from 'node:fs';
import path from 'node:path';
import { isDesktopFile, lockOf } from '../core/desktop-files.ts';
import { type Problem, rowProblem } from './problems.ts';
import { tabs } from './tabs.ts';

/** A warning for each tab that a program has open, by its lock file among `names`. */
export function warnOfOpenTabs(names: readonly string[], consequence: string): Problem[] {
  return names.flatMap((name) => {
    const lock = lockOf(name);
    const tab = tabs.find(({ file }) => file === lock?.file);
    if (!lock || !tab) return [];
    const message = `${tab.file} is open in ${lock.program}, by its lock file ${name}. ${consequence}`;
    return [rowProblem(tab.name, null, null, null, message)];
  });
}

/** Removes the desktop files of a folder; the folder and all other files stay. */
export function removeDesktopFiles(folder: string) {
  for (const name of fs.readdirSync(folder)) {
    if (isDesktopFile(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
