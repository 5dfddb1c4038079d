// A set that is being written: in a folder beside the others, which gets its name once everything in it is on the disk.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Config, version } from '../core/config.ts';
import { type Db, openDatabase } from '../core/db/open.ts';
import { nameFile, toFault } from '../core/faults.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { hashFile } from './hash.ts';
import { bytesOf, type Manifest, manifestName, type SetFile, writeManifest } from './manifest.ts';
import { setFolder } from './set-files.ts';
import { assertWhole, countTables, readAuditHead, readRevision } from './set-repository.ts';
import { partialPath } from './unfinished.ts';

type Place = Pick<Config, 'backupPath' | 'databasePath' | 'opsDatabasePath'>;
type Facts = Pick<Manifest, 'made_at' | 'job' | 'note' | 'model' | 'dimension' | 'index'>;

/** `backup`: its id. `sha256`: of its manifest. */
export type WrittenSet = { backup: string; made_at: string; bytes: number; files: number; sha256: string };
export type SetDraft = ReturnType<typeof startSet>;

/** Only one process at a time makes a set. A name that is taken is refused. */
function startSet(place: Place, id: string) {
  const folder = partialPath(place, id);
  makeFolder(place, folder);
  const hashing: Promise<SetFile>[] = [];

  return {
    folder,
    path: (name: string) => path.join(folder, name),

    /** Syncs and hashes a file that is complete, in threads. */
    add(name: string) {
      const hashed = describeFile(folder, name);
      // An error is thrown by `finish`.
      hashed.catch(() => {});
      hashing.push(hashed);
    },

    /** Counts the rows in the copies, writes the manifest and gives the set its name. */
    async finish(facts: Facts): Promise<WrittenSet> {
      const counted = countCopies(place, folder);
      const files = (await Promise.all(hashing)).sort((one, other) => (one.name < other.name ? -1 : 1));
      const manifest: Manifest = { format: 'chl-backup-1', version, ...facts, ...counted, files };
      const text = writeManifest(manifest);
      fs.writeFileSync(path.join(folder, manifestName), text, { mode: 0o600, flag: 'wx', flush: true });
      publish(place, id, folder);
      const sha256 = hash('sha256', text);
      return { backup: id, made_at: facts.made_at, bytes: bytesOf(manifest), files: files.length, sha256 };
    },

    /** Removes what was written. */
    discard: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Anew. Throws a fault of the folder of backups: people do not know the folder of a set that is not finished. */
function makeFolder({ backupPath }: Place, folder: string) {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
    // Node reports a disk that can only be read as a missing folder when it makes folders recursively.
    if (!fs.existsSync(backupPath)) fs.mkdirSync(backupPath, { recursive: true, mode: 0o700 });
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw toFault({ ...(error as Error), file: backupPath }) ?? error;
  }
}

/** Runs `work` on a new set, which it finishes. An error leaves nothing of it, and names the file. */
export async function writeDraft<T>(
  place: Place,
  id: string,
  work: (draft: SetDraft) => Promise<T>,
): Promise<T> {
  const draft = startSet(place, id);
  try {
    return await work(draft);
  } catch (error) {
    draft.discard();
    throw nameFile(error, setFolder(place, id));
  }
}

async function describeFile(folder: string, name: string): Promise<SetFile> {
  const file = path.join(folder, name);
  const [sha256] = await Promise.all([hashFile(file), syncFile(file)]);
  return { name, bytes: fs.statSync(file).size, sha256 };
}

async function syncFile(file: string) {
  const handle = await fs.promises.open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Checks each page, too: once a backup is made, older ones may be removed. Throws a fault of the database itself. */
function countCopies(place: Place, folder: string): Pick<Manifest, 'counts' | 'revision' | 'audit_head'> {
  const library = readWhole(path.join(folder, 'library.db'), place.databasePath, (db) => ({
    rows: countTables(db),
    revision: readRevision(db),
  }));
  const ops = readWhole(path.join(folder, 'ops.db'), place.opsDatabasePath, (db) => ({
    rows: countTables(db),
    head: readAuditHead(db),
  }));
  return {
    counts: { library: library.rows, ops: ops.rows },
    revision: library.revision,
    audit_head: ops.head,
  };
}

function readWhole<T>(copy: string, source: string, read: (db: Db) => T): T {
  try {
    return readCopy(copy, (db) => {
      assertWhole(db);
      return read(db);
    });
  } catch (error) {
    throw Object.assign(error as Error, { file: source });
  }
}

/** Reads from a copy that nobody else has open. */
export function readCopy<T>(file: string, read: (db: Db) => T): T {
  const db = openDatabase(file, { busyMs: 0, readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function publish(place: Place, id: string, folder: string) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) syncToDisk(path.join(folder, entry.name));
  syncToDisk(folder);
  fs.renameSync(folder, setFolder(place, id));
  syncToDisk(place.backupPath);
}
