import { look } from '../backup-store/look-at-file.ts';
import { libraryFile } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';

/** Changes with the file of the library of a backup: nothing else says whether a copy before an import is still the one that a
 *  plan has read. */
export async function readState(place: Pick<Config, 'backupPath'>, backup: string): Promise<string> {
  const stat = await look(libraryFile(place, backup));
  return stat === null ? 'missing' : `${stat.size} ${stat.mtimeMs}`;
}
