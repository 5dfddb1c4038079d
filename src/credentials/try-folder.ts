// Writes a file into the folders of data and of exports, reads it back and removes it.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { formatList } from '../core/format.ts';
import { shortenHome } from '../core/home.ts';

/** Throws `config` for a folder that cannot be written. */
export async function tryFolders(root: string): Promise<{ text: string }> {
  const folders = [root, path.join(root, 'sheets')].filter((folder) => fs.existsSync(folder));
  for (const folder of folders) await tryFolder(folder);
  return { text: `In ${formatList(folders.map(shortenHome))}.` };
}

async function tryFolder(folder: string) {
  const file = path.join(folder, `.chl-check-${randomBytes(4).toString('hex')}`);
  const content = randomBytes(4096);
  const shown = shortenHome(folder);
  try {
    const handle = await fs.promises.open(file, 'wx+', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (content.equals(await fs.promises.readFile(file))) return;
  } catch (error) {
    throw new AppError('config', `${shown} cannot be written. ${explain(error, shortenHome(file))}`);
  } finally {
    await fs.promises.rm(file, { force: true });
  }
  throw new AppError('config', `${shown} gave back other bytes than were written. Check its disk.`);
}
