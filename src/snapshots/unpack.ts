// Assigns the entries of a ZIP to the members of a snapshot, and unpacks the index and its meta file.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { formatBytes } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import type { ZipEntry } from '../zip/directory.ts';
import type { ZipReader } from '../zip/entries.ts';
import type { GenerationFiles } from '../index/generation.ts';
import { manifestName, maxManifestBytes } from './manifest.ts';
import { refusal } from './refusal.ts';

type Member = ZipEntry & { name: string };

export type Members = { index: Member; meta: Member; manifest: Member | null; backup: Member | null };

/** Throws `member_missing`, or `members` for ambiguous ones. */
export function nameMembers(entries: ZipEntry[]): Members {
  const members = entries.filter((entry): entry is Member => entry.name !== null);
  const found = (ending: string) => members.filter(({ name }) => name.endsWith(ending));
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

function stemOf({ name }: Member): string {
  return name.slice(0, name.indexOf('.'));
}

export type Unpacked = Awaited<ReturnType<typeof unpack>>;

/** The backup is only hashed: the previous generation here is another one. `synced` settles with the files on disk. */
export async function unpack(zip: ZipReader, members: Members, files: GenerationFiles, report: OnProgress) {
  const { index, meta, manifest, backup } = members;
  const total = index.size + meta.size + (backup?.size ?? 0);
  let done = 0;
  const count = (chunk: Buffer) => {
    done += chunk.length;
    report(done, total);
  };
  const manifestText = manifest && (await readManifest(zip, manifest));
  const syncs = [
    await writeEntry(zip, meta, files.meta, count),
    await writeEntry(zip, index, files.index, count),
  ];
  const backupSha256 = backup && (await hashEntry(zip, backup, count));
  return { files, manifestText, backupSha256, synced: Promise.all(syncs.map(({ synced }) => synced)) };
}

async function readManifest(reader: ZipReader, manifest: ZipEntry): Promise<string> {
  if (manifest.size > maxManifestBytes) {
    const message = `The manifest.json of the ZIP is larger than ${formatBytes(maxManifestBytes)}.`;
    throw refusal('manifest_invalid', message);
  }
  const parts: Buffer[] = [];
  await reader.read(manifest, (chunk) => parts.push(Buffer.from(chunk)));
  return Buffer.concat(parts).toString('utf8');
}

const newFile = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;

async function writeEntry(reader: ZipReader, entry: ZipEntry, file: string, count: (chunk: Buffer) => void) {
  const handle = await fs.promises.open(file, newFile, 0o600);
  try {
    await reader.read(entry, (chunk) => {
      count(chunk);
      return handle.writeFile(chunk);
    });
    return { synced: startSync(handle) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function hashEntry(reader: ZipReader, entry: ZipEntry, onBytes: (chunk: Buffer) => void) {
  const hash = createHash('sha256');
  await reader.read(entry, (chunk) => {
    onBytes(chunk);
    hash.update(chunk);
  });
  return hash.digest('hex');
}

function startSync(handle: fs.promises.FileHandle): Promise<void> {
  const synced = syncAndClose(handle);
  // A refusal meanwhile takes precedence over a failed sync.
  synced.catch(() => {});
  return synced;
}

async function syncAndClose(handle: fs.promises.FileHandle) {
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
