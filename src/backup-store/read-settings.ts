// Reads the settings of a backup, which the import of settings shows before it saves them.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { nameFile } from '../core/faults.ts';
import { readManifest } from './manifest.ts';
import { setFile, setFolder } from './set-files.ts';

/** Returns the text of the file. Throws `not_found`, and `bad_input` with the name of a file that is not as it was written. */
export async function readBackedUpSettings(config: Pick<Config, 'backupPath'>, id: string): Promise<string> {
  const folder = setFolder(config, id);
  if (!fs.existsSync(folder)) throw new AppError('not_found', `There is no backup ${id}.`);
  const listed = fs.statSync(folder).isDirectory()
    ? readManifest(folder).files.find(({ name }) => name === 'settings.json')
    : undefined;
  if (!listed) throw new AppError('not_found', `The backup ${id} has no settings.`);
  const file = setFile(config, id, listed.name);
  const text = await fs.promises.readFile(file, 'utf8').catch((error) => {
    throw nameFile(error, file);
  });
  if (hash('sha256', text) === listed.sha256) return text;
  const message = `${file} is not the file that its manifest describes: its SHA-256 differs.`;
  throw new AppError('bad_input', message, { code: 'backup_damaged', file });
}
