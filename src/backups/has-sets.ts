// Whether there is anything that a restore test could take, as far as the names in the folder of backups say.
import fs from 'node:fs';
import { setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';

type Place = Pick<Config, 'backupPath'>;

export function hasSets(config: Place): boolean {
  if (!fs.existsSync(config.backupPath)) return false;
  const entries = fs.readdirSync(config.backupPath, { withFileTypes: true });
  return entries.some((entry) => entry.isDirectory() && isSet(config, entry.name));
}

function isSet(config: Place, name: string): boolean {
  try {
    return setFolder(config, name) !== '';
  } catch {
    return false;
  }
}
