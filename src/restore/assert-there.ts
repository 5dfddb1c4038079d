// The refusal of a name that no backup has, with the names that would do.
import fs from 'node:fs';
import { listBackups, setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';

type Place = Pick<Config, 'backupPath'>;

const maxNamed = 5;

/** Throws `not_found` for a name that no backup has. `wanted`: the file that is taken from it; a copy has the library only. */
export async function assertThere(place: Place, backup: string, wanted: 'library.db' | 'ops.db') {
  if (isThere(place, backup)) return;
  const { sets, copies } = await listBackups(place);
  const names = [...sets, ...(wanted === 'library.db' ? copies : [])].sort(newestFirst);
  const newest = names.slice(0, maxNamed).join(', ');
  const some = names.length > maxNamed ? 'The newest are' : names.length > 1 ? 'There are' : 'There is';
  const there = names.length === 0 ? `The folder ${place.backupPath} has none.` : `${some} ${newest}.`;
  throw new AppError('not_found', `There is no backup ${JSON.stringify(backup.slice(0, 80))}. ${there}`);
}

/** Those before an update have no time in their names, and come last. */
function newestFirst(one: string, other: string): number {
  const key = (name: string) => name.replace('library-', '').replace(/^before-/, ' ');
  return key(one) < key(other) ? 1 : -1;
}

function isThere(place: Place, backup: string): boolean {
  try {
    return fs.existsSync(setFolder(place, backup));
  } catch {
    return false;
  }
}
