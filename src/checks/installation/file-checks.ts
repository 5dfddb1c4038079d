// Checks of the data folder and the files in it that are cheap to look at, from the configuration alone.
import fs from 'node:fs';
import path from 'node:path';
import type { Check, Found } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { inspectDataRoot } from '../../core/data-root.ts';
import { inspectLibrary } from '../../core/db/library.ts';
import { inspectOps } from '../../core/db/ops.ts';
import { explain } from '../../core/faults.ts';
import { formatBytes } from '../../core/format.ts';
import type { Kernel } from '../../core/kernel.ts';
import { readGoogleKey } from '../../google/key.ts';

export function folderCheck({ root }: Pick<Config, 'root'>): Check {
  return {
    id: 'data-folder-access',
    component: 'data_folder',
    title: 'data folder access',
    everySec: 60,
    look() {
      const unusable = findUnusable(root);
      return { says: describeFolder(root, unusable), found: [...unusable, ...findReadable(root)] };
    },
  };
}

function describeFolder(root: string, unusable: Found[]): string {
  if (unusable.length > 0) return `Not usable: ${root}`;
  return fs.existsSync(root) ? `Files in ${root} can be read and written` : `The first start creates ${root}`;
}

function findUnusable(root: string): Found[] {
  try {
    inspectDataRoot(root);
    fs.accessSync(existing(root), fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    return [];
  } catch (error) {
    const title = 'The data folder cannot be used';
    const [stops, causedBy] = [['all operations'], ['data-folder']];
    return [{ subject: 'access', severity: 'error', title, text: explain(error), stops, causedBy }];
  }
}

function findReadable(root: string): Found[] {
  const stat = fs.statSync(root, { throwIfNoEntry: false });
  if (!stat || (stat.mode & 0o077) === 0) return [];
  return [
    {
      subject: 'mode',
      severity: 'warning',
      title: 'Other users of this machine can open the data folder',
      text: `${root} has mode ${(stat.mode & 0o777).toString(8)}. Run: chmod 700 ${root}`,
      stops: [],
    },
  ];
}

/** The folder itself, or its nearest existing parent. */
export function existing(folder: string): string {
  return fs.existsSync(folder) ? folder : existing(path.dirname(folder));
}

/** The connections of a process that has both databases open. */
export type OpenDatabases = Pick<Kernel, 'library' | 'ops'>;

/** Whether both can be opened by this version. */
export function databaseFilesCheck({ databasePath, opsDatabasePath }: Config, open?: OpenDatabases): Check {
  return {
    id: 'database-files',
    component: 'database',
    title: 'database files',
    everySec: 60,
    look: () => ({
      says: [databasePath, opsDatabasePath].map(describeFile).join(', '),
      found: [
        ...findRefused(databasePath, (file) => inspectLibrary(file, open?.library)),
        ...findRefused(opsDatabasePath, (file) => inspectOps(file, open?.ops)),
      ],
    }),
  };
}

function describeFile(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${path.basename(file)} ${formatBytes(stat.size)}` : `${path.basename(file)} not yet created`;
}

/** Finds whether `inspect`, which throws, refuses a database. A file that is missing is right: the first start creates it. */
export function findRefused(file: string, inspect: (file: string) => void): Found[] {
  if (!fs.existsSync(file)) return [];
  try {
    inspect(file);
    return [];
  } catch (error) {
    const title = `${path.basename(file)} cannot be opened`;
    const text = explain(error, file);
    const [subject, stops] = [path.basename(file), ['all operations']];
    return [{ subject, severity: 'error', title, text, stops, causedBy: ['data-folder', 'database'] }];
  }
}

export function googleKeyCheck(config: Config): Check {
  return {
    id: 'google-key',
    component: 'sources',
    title: 'Google key',
    everySec: 60,
    dirtyOn: ['settings'],
    look() {
      const { keyFile } = config.google;
      if (keyFile === null)
        return { says: 'No key, so no sheet can be a Google spreadsheet (CHL_GOOGLE_KEY_FILE)', found: [] };
      try {
        return { says: `Share spreadsheets with ${readGoogleKey(keyFile).email}`, found: [] };
      } catch (error) {
        return { says: 'The key cannot be used.', found: [refuseKey(explain(error))] };
      }
    },
  };
}

function refuseKey(text: string): Found {
  const title = 'Google spreadsheets cannot be read or written';
  return {
    subject: 'key',
    severity: 'error',
    title,
    text,
    stops: ['imports and exports of Google spreadsheets'],
  };
}
