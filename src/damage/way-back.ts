// The way back from a damaged database: the best backup that is there, and what to do with it. Backups are known from their rows,
// or from their names and manifests while ops.db cannot be read.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { readFrom } from '../core/db/read-from.ts';
import { formatMinute } from '../core/format.ts';
import type { Backup } from '../backup-store/backup.ts';
import { createBackupRepository } from '../backup-store/backup-repository.ts';
import { readManifest } from '../backup-store/manifest.ts';
import { newestFirst } from '../backup-store/newest-first.ts';
import { isBackupName, kindOf, readCopyName } from '../backup-store/set-files.ts';
import { hasEntries } from '../backup-store/set-repository.ts';

type Place = Pick<Config, 'backupPath' | 'opsDatabasePath'>;
/** `bytes`: null for one that is known by its name alone. */
type Found = Pick<Backup, 'id' | 'at' | 'kind' | 'proof' | 'sha256'> & { bytes: number | null };

const moveAway = 'Stop the server, move the file away together with its -wal and -shm files,';
const commands = {
  'library.db': ['restore-library', 'chl.db'],
  'ops.db': ['restore-ops', 'ops.db'],
} as const;

/** Sentences, of which the first names the backup. */
export function libraryWayBack(place: Place): string {
  const best = findBest(place, 'library.db');
  if (best === null)
    return `There is no backup. ${moveAway} start it again and import the sheets, or put a copy of yours in its place.`;
  return restoreFrom(best, 'library.db');
}

/** Does for ops.db what `libraryWayBack` does for the library. */
export function opsWayBack(place: Place): string {
  const best = findBest(place, 'ops.db');
  if (best === null) return `${moveAway} and start it again: it begins a new list of jobs.`;
  return restoreFrom(best, 'ops.db');
}

function restoreFrom(best: Found, name: keyof typeof commands): string {
  const [command, what] = commands[name];
  return `Restore from ${describe(best)}: stop the server, then run npm run chl -- ${command} ${best.id} --reason "${what} is damaged" --confirm restore.`;
}

/** `the backup of 2026-11-28 02:00 UTC, proven` */
function describe({ at, kind, proof }: Found): string {
  const what = {
    full: 'the backup',
    before_import: 'the copy before the import',
    before_update: 'the backup before the update',
  }[kind];
  const tests = { proven: ', proven', failed: '', inconclusive: ', not tested', none: ', not tested' };
  return `${what} of ${formatMinute(at)}${kind === 'before_import' ? '' : tests[proof]}`;
}

/** The newest proven set, else the newest set whose test has not failed, else the newest copy with an entry: a newer copy may be
 *  that of an empty library, before the first import. Null when none of them is whole. */
function findBest({ backupPath, opsDatabasePath }: Place, name: keyof typeof commands): Found | null {
  const listed = readRows(opsDatabasePath) ?? readNames(backupPath);
  const usable = newestFirst(listed, new Date()).filter(({ proof }) => proof !== 'failed');
  const sets = usable.filter(isSet);
  const copies = name === 'library.db' ? usable.filter((one) => !isSet(one)) : [];
  return (
    [...sets.filter(isProven), ...sets, ...copies].find((one) =>
      isSet(one) ? isWholeSet(backupPath, one) : isFullCopy(backupPath, one),
    ) ?? null
  );
}

const isSet = ({ kind }: Found) => kind !== 'before_import';
const isProven = ({ proof }: Found) => proof === 'proven';

/** Its files are there, with the sizes that its manifest says. */
function isWholeSet(backupPath: string, { id, sha256 }: Found): boolean {
  const folder = path.join(backupPath, id);
  try {
    const { files } = readManifest(folder, sha256);
    return files.every(({ name, bytes }) => sizeOf(path.join(folder, name)) === bytes);
  } catch {
    return false;
  }
}

function isFullCopy(backupPath: string, { id, bytes }: Found): boolean {
  const file = path.join(backupPath, id);
  try {
    if (bytes !== null && sizeOf(file) !== bytes) return false;
    return sizeOf(file) !== null && readFrom(file, hasEntries, waitMs) === true;
  } catch {
    return false;
  }
}

/** Null for anything but a file. */
function sizeOf(file: string): number | null {
  const stat = fs.lstatSync(file);
  return stat.isFile() ? stat.size : null;
}

/** Null when there are none, or when they cannot be read now. */
function readRows(opsDatabasePath: string): Found[] | null {
  try {
    const rows = readFrom(opsDatabasePath, (ops) => createBackupRepository(ops).all(), waitMs);
    return rows?.length ? rows : null;
  } catch {
    return null;
  }
}

/** The event loop waits for this. */
const waitMs = 20;

/** Without those whose time cannot be read. */
function readNames(folder: string): Found[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter(isBackupName) : [];
  return names.flatMap((id): Found[] => {
    const at = readCopyName(id)?.at ?? readMadeAt(path.join(folder, id));
    return at === null ? [] : [{ id, at, kind: kindOf(id), proof: 'none', bytes: null, sha256: null }];
  });
}

function readMadeAt(folder: string): string | null {
  try {
    return new Date(readManifest(folder).made_at).toISOString();
  } catch {
    return null;
  }
}
