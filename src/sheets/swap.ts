// Puts a finished folder in the place of another by two renames, and keeps the other as `<name>.previous`. A
// process that dies between the renames leaves no folder in the place: `mendExport` puts the old one back.
import fs from 'node:fs';
import path from 'node:path';
import { syncToDisk } from './disk.ts';
import { tabFiles } from './tabs.ts';

/** Where a new sheet is written before it is swapped in: beside its place, so that a rename is enough. */
export function writingPlace(place: string): string {
  return `${place}.writing`;
}

export function previousPlace(place: string): string {
  return `${place}.previous`;
}

/** `writingPlace(place)` is complete and on disk. */
export function swapIn(place: string) {
  const parent = path.dirname(place);
  if (fs.existsSync(place)) {
    removeSheet(previousPlace(place));
    fs.renameSync(place, previousPlace(place));
    syncToDisk(parent);
  }
  fs.renameSync(writingPlace(place), place);
  syncToDisk(parent);
}

/** Ends what an export that died has left half done; says whether there was anything. To be called when no
 *  export to this place is running. */
export function mendExport(place: string): boolean {
  const isUnfinished = fs.existsSync(writingPlace(place));
  const isSwappedOut = !fs.existsSync(place) && fs.existsSync(previousPlace(place));
  if (isSwappedOut && isUnfinished) fs.renameSync(previousPlace(place), place);
  if (isUnfinished) {
    removeSheet(writingPlace(place));
    syncToDisk(path.dirname(place));
  }
  return isUnfinished;
}

/** Fails rather than remove a folder that holds anything else. */
function removeSheet(folder: string) {
  if (!fs.existsSync(folder)) return;
  for (const file of tabFiles) fs.rmSync(path.join(folder, file), { force: true });
  fs.rmdirSync(folder);
}
