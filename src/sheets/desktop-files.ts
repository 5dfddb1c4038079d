// Files that desktops, office programs and file services put into folders by themselves. A sheet ignores them, and an export
// removes them together with an outdated sheet; so none of them may hold a person's work.
import fs from 'node:fs';
import path from 'node:path';
import { type Problem, rowProblem } from './problems.ts';
import { tabs } from './tabs.ts';

const patterns = [
  // macOS; an AppleDouble file `._name` holds the attributes of `name`.
  /^\.DS_Store$|^\._|^\.localized$|^\.apdisk$|^\.AppleDouble$|^__MACOSX$|^Icon\r$/,
  // Windows
  /^(desktop\.ini|ehthumbs(_vista)?\.db|thumbs\.db(:encryptable)?)$/i,
  // Linux, and file services
  /^\.directory$|^\.fuse_hidden|^\.nfs[0-9a-f]{8,}$|^@eaDir$|^\.dropbox(\.attr)?$|^\.stfolder$/,
];

/** The file that each lock file names, and the program that has it open. */
const locks: [RegExp, string][] = [
  [/^\.~lock\.(?<file>.+)#$/, 'LibreOffice'],
  [/^~\$(?<file>.+)$/, 'Excel'],
  [/^\.~(?<file>.+)$/, 'WPS Office'],
];

export function isDesktopFile(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name)) || lockOf(name) !== null;
}

/** A warning for each tab that a program has open, by its lock file among `names`, which a program that crashed leaves. */
export function warnOfOpenTabs(names: readonly string[], consequence: string): Problem[] {
  return names.flatMap((name) => {
    const lock = lockOf(name);
    const tab = tabs.find(({ file }) => file === lock?.file);
    if (!lock || !tab) return [];
    const message = `${tab.file} is open in ${lock.program}, by its lock file ${name}. ${consequence}`;
    return [rowProblem(tab.name, null, null, null, message)];
  });
}

function lockOf(name: string): { file: string; program: string } | null {
  for (const [pattern, program] of locks) {
    const file = pattern.exec(name)?.groups?.file;
    if (file !== undefined) return { file, program };
  }
  return null;
}

/** Removes the desktop files of a folder; the folder and all other files stay. */
export function removeDesktopFiles(folder: string) {
  for (const name of fs.readdirSync(folder)) {
    if (isDesktopFile(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
