// Which entry of a ZIP is which member of a snapshot, and how their bytes come to lie in the folder of the check: each is
// hashed on its way. An index whose bytes the file of the ZIP begins with is not copied; that file becomes it.
import fs from 'node:fs';
import { bytes } from '../core/format.ts';
import { assertCrc, type ZipReader } from './entries.ts';
import type { PassedIndex } from './head.ts';
import { manifestName, mostManifestBytes } from './manifest.ts';
import { refusal } from './refusal.ts';
import type { ZipFile } from './zip-bytes.ts';
import type { ZipEntry } from './zip-directory.ts';

type Members = { index: ZipEntry; meta: ZipEntry; manifest: ZipEntry | null; backup: ZipEntry | null };

/** Throws `member_missing` or `members`. */
export function nameMembers(entries: ZipEntry[]): Members {
  const found = (ending: string) => entries.filter(({ name }) => name.endsWith(ending));
  const one = (ending: string) => {
    const [entry, other] = found(ending);
    if (other)
      throw refusal('members', `The ZIP has more than one ${ending} file; a snapshot has one index.`);
    return entry ?? null;
  };
  const needed = (ending: string) => {
    const entry = one(ending);
    if (entry) return entry;
    throw refusal('member_missing', `This ZIP has no ${ending} file, so it is not an index snapshot.`);
  };
  const [index, meta] = [needed('.index'), needed('.meta.json')];
  const [manifest, backup] = [one(manifestName), one('.index.backup')];
  const stems = [meta, backup].flatMap((entry) => (entry ? [stemOf(entry)] : []));
  if (stems.some((stem) => stem !== stemOf(index))) {
    throw refusal('members', 'The files of the ZIP belong to different indexes: their names differ.');
  }
  return { index, meta, manifest, backup };
}

function stemOf({ name }: ZipEntry): string {
  return name.slice(0, name.indexOf('.'));
}

type Unpack = {
  reader: ZipReader;
  members: Members;
  /** Where the two files come to lie. */
  files: { index: string; meta: string };
  /** The file of the ZIP where `canBecomeIndex` says so, else null. It is gone afterwards. */
  becomesIndex: string | null;
  /** Hashed already: what that file begins with. */
  passed: PassedIndex | null;
  onProgress: (done: number, total: number) => void;
};

/** Whether the file of the ZIP begins with the index as it is, and can be renamed into the folder. */
export function canBecomeIndex({ fd, head }: ZipFile, { index }: Members, folder: string): boolean {
  const isFirst = !index.isDeflated && head.length > 0 && index.dataAt === head.length;
  return isFirst && fs.fstatSync(fd).dev === fs.statSync(folder).dev;
}

/** `hashes` are by the names of the entries, the manifest's left out; `synced` settles when the files are on the disk,
 *  which works while they are checked further. Of the backup only the hash is wanted: here the generation before is
 *  another one. */
export async function unpack({ reader, members, files, becomesIndex, passed, onProgress }: Unpack) {
  const { index, meta, manifest, backup } = members;
  const hashes = new Map<string, string>();
  const total = index.size + meta.size + (backup?.size ?? 0);
  let done = 0;
  const count = (chunk: Buffer) => {
    done += chunk.length;
    onProgress(done, total);
  };
  const manifestText = manifest && (await readManifest(reader, manifest));
  const syncs: Promise<void>[] = [];
  const write = async (entry: ZipEntry, place: string) => {
    const { sha256, synced } = await writeEntry(reader, entry, place, count);
    hashes.set(entry.name, sha256);
    syncs.push(synced);
  };
  await write(meta, files.meta);
  if (becomesIndex === null) await write(index, files.index);
  else if (passed?.bytes === index.size) {
    assertCrc(index, passed.crc);
    hashes.set(index.name, passed.sha256);
  } else hashes.set(index.name, await reader.read(index, count));
  if (backup) hashes.set(backup.name, await reader.read(backup, count));
  // Last, since what else the ZIP holds is cut off.
  if (becomesIndex !== null) {
    const { synced } = await turnIntoIndex(becomesIndex, files.index, index.size);
    syncs.push(synced);
  }
  return { hashes, manifestText, synced: Promise.all(syncs) };
}

async function readManifest(reader: ZipReader, manifest: ZipEntry): Promise<string> {
  if (manifest.size > mostManifestBytes) {
    throw refusal(
      'manifest_invalid',
      `The manifest.json of the ZIP is larger than ${bytes(mostManifestBytes)}.`,
    );
  }
  const parts: Buffer[] = [];
  await reader.read(manifest, (chunk) => parts.push(Buffer.from(chunk)));
  return Buffer.concat(parts).toString('utf8');
}

const newFile = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;

async function writeEntry(
  reader: ZipReader,
  entry: ZipEntry,
  place: string,
  onBytes: (chunk: Buffer) => void,
) {
  const file = await fs.promises.open(place, newFile, 0o600);
  try {
    const sha256 = await reader.read(entry, (chunk) => {
      onBytes(chunk);
      return file.writeFile(chunk);
    });
    return { sha256, synced: syncAndClose(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function turnIntoIndex(zip: string, place: string, size: number) {
  fs.renameSync(zip, place);
  const file = await fs.promises.open(place, 'r+');
  try {
    await file.truncate(size);
    return { synced: syncAndClose(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function syncAndClose(file: fs.promises.FileHandle): Promise<void> {
  const synced = file.sync().finally(() => file.close());
  // What is refused meanwhile is told instead.
  synced.catch(() => {});
  return synced;
}
