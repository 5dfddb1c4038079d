// Reads a sheet that is a folder of CSV files; a missing tab is a problem.
import fs from 'node:fs';
import path from 'node:path';
import { bytesInMemory, openCsvBytes } from '../csv/csv-bytes.ts';
import { headBytes, maxTabMb, readCsvHead, readCsvTab } from './csv-tab.ts';
import { warnOfOpenTabs } from './desktop-files.ts';
import { hashFile } from './hash.ts';
import { describeMissing } from './missing-tabs.ts';
import { assignFiles, type Naming } from './tab-files.ts';
import { gatherTabs, type SheetContent, unreadableTab } from './tab-readings.ts';
import { type Tab, tabs as usualTabs } from './tabs.ts';

type FolderOptions = {
  naming: Naming;
  /** As the folder names them. */
  tabs?: readonly Tab[];
  /** Judges the real path of each tab, which may be a symbolic link. */
  mayRead: (realPath: string) => boolean;
  /** Receives the rows read so far. */
  onRead: (rows: number) => void;
  /** Reads only the first rows of each tab, in which the header is. */
  isHeadOnly?: true;
};

export function readFolder(
  folder: string,
  { naming, tabs = usualTabs, mayRead, onRead, isHeadOnly }: FolderOptions,
): SheetContent {
  const names = fs.readdirSync(folder).sort();
  const assigned = assignFiles(names, naming, tabs);
  const open = warnOfOpenTabs(tabs, names, 'Changes that are not saved there are not imported.');
  const hashes: string[] = [];
  const readings = gatherTabs(onRead);
  for (const [tab, file] of assigned.files) {
    const bytes = readTab(path.join(folder, file), tab, file, { mayRead, isHeadOnly });
    if ('problem' in bytes) {
      readings.problems.push(bytes);
      continue;
    }
    hashes.push(bytes.hash);
    const read = isHeadOnly ? readCsvHead(tab, bytes.read(0, headBytes), file) : readCsvTab(tab, bytes, file);
    readings.add(tab, file, read);
  }
  const holdsTab = (name: string) => tabs.some(({ file }) => fs.existsSync(path.join(folder, name, file)));
  const missing = describeMissing(tabs, assigned.missing, names, names.filter(holdsTab));
  const problems = [...readings.problems, ...assigned.problems, ...missing, ...readings.foreignTabs()];
  return { contents: readings.contents, problems, warnings: [...open, ...assigned.warnings], hashes };
}

/** Returns the same hashes as `readFolder`, without blocking the event loop or holding a file in memory. */
export async function hashFolder(
  folder: string,
  naming: Naming,
  tabs: readonly Tab[] = usualTabs,
): Promise<string[]> {
  const { files } = assignFiles(await fs.promises.readdir(folder), naming, tabs);
  return Promise.all(files.map(([, file]) => hashFile(path.join(folder, file))));
}

type TabOptions = Pick<FolderOptions, 'mayRead'> & { isHeadOnly: boolean | undefined };

function readTab(file: string, tab: Tab, name: string, options: TabOptions) {
  try {
    return openTab(file, tab, name, options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const reason = 'it is a link to a file that is gone, or must not be read. Put the file itself there.';
    return unreadableTab(tab, `${name} cannot be opened (${code}): ${reason}`);
  }
}

function openTab(file: string, tab: Tab, name: string, { mayRead, isHeadOnly }: TabOptions) {
  const unreadable = (why: string) => unreadableTab(tab, `${name} ${why}`);
  if (!mayRead(fs.realpathSync(file)))
    return unreadable('is a link that leads out of the allowed folders. Put the file itself there.');
  const stat = fs.statSync(file);
  if (!stat.isFile()) return unreadable('is not a file.');
  if (stat.size > maxTabMb * 1024 * 1024)
    return unreadable(`is larger than ${maxTabMb} MB. Import it in parts, with the mode merge.`);
  return isHeadOnly ? bytesInMemory(readHead(file, headBytes)) : openCsvBytes(file);
}

function readHead(file: string, maxBytes: number): Buffer {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(maxBytes);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, maxBytes, 0));
  } finally {
    fs.closeSync(fd);
  }
}
