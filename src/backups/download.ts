// A backup as a ZIP that is written while it is sent. All files are opened before the first byte is sent, so a removal meanwhile
// does not change what is sent. Files of backups are never open as databases of the server, so they may be read.
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { findDefect } from '../backup-store/as-files-say.ts';
import type { Backup } from '../backup-store/backup.ts';
import { setFolder } from '../backup-store/set-files.ts';
import type { SetReader } from '../backup-store/set-reader.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { packZip, readBytes } from '../zip/pack.ts';

type Given = { config: Pick<Config, 'backupPath'>; setReader: Pick<SetReader, 'inTurn'> };
type Member = { name: string; file: fs.promises.FileHandle };

/** `close`, or `stream` once. Throws `not_found` when its files are gone, `wrong_state`
 *  when one of them is missing or no file, which is never opened, and `temporary` when the disk does not answer. */
export async function openBackupZip(given: Given, backup: Backup) {
  const members = await openInTurn(given, backup);
  return {
    fileName: `chl-backup-${backup.id.replace(/\.db$/, '')}.zip`,
    close: () => closeAll(members),
    /** The files are closed with the stream, whatever ends it. */
    stream: (): Promise<Readable> =>
      packZip(
        members.map(({ name, file }) => ({
          name,
          content: file.createReadStream({ start: 0, highWaterMark: readBytes }),
        })),
        { isStored: true, date: new Date(backup.at) },
      ),
  };
}

/** Files that are opened after the answer are closed again. */
async function openInTurn({ config, setReader }: Given, backup: Backup): Promise<Member[]> {
  let isWanted = true;
  try {
    return await setReader.inTurn(async () => {
      const members = await openMembers(config, backup);
      if (!isWanted) await closeAll(members);
      return members;
    });
  } finally {
    isWanted = false;
  }
}

/** In the order of their names: the manifest stands behind the databases. */
async function openMembers(config: Pick<Config, 'backupPath'>, backup: Backup): Promise<Member[]> {
  const { id } = backup;
  const place = setFolder(config, id);
  const members: Member[] = [];
  try {
    await fs.promises.lstat(place);
    const defect = await findDefect(config, backup);
    if (defect !== null) throw new AppError('wrong_state', `Backup ${id} is not complete: ${defect}`);
    const names = backup.kind === 'before_import' ? [id] : await listFiles(place, id);
    for (const name of names)
      members.push({ name, file: await fs.promises.open(path.join(path.dirname(place), name), 'r') });
    return members;
  } catch (error) {
    await closeAll(members);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('not_found', `The files of backup ${id} are gone.`);
  }
}

/** The names of the files of a set, below the folder of backups. */
async function listFiles(place: string, id: string): Promise<string[]> {
  const entries = await fs.promises.readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files
    .map((entry) => path.join(id, path.relative(place, path.join(entry.parentPath, entry.name))))
    .sort();
}

async function closeAll(members: Member[]) {
  await Promise.all(members.map(({ file }) => file.close()));
}
