// Everything that is checked of an uploaded ZIP, in this order: structure, content and hashes, format and model, search,
// coverage. Its files come to lie in a folder of their own; a refusal leaves nothing there. Runs in a process of its own.
import fs from 'node:fs';
import path from 'node:path';
import type { Db } from '../db/open.ts';
import type { Model } from '../embedding/embedder.ts';
import { AppError } from '../errors.ts';
import { isDiskFull } from '../jobs/disk-reserve.ts';
import { bytes, plural } from '../wording.ts';
import { type IndexHeader, readIndexHeader } from './faiss-file.ts';
import { modelSlug } from './generation.ts';
import { type Coverage, countCoverage } from './snapshot-coverage.ts';
import { openZip, type ZipReader } from './snapshot-entries.ts';
import { linkForeignSet } from './snapshot-link.ts';
import {
  assertHashes,
  type Manifest,
  manifestName,
  memberName,
  mostManifestBytes,
  parseManifest,
} from './snapshot-manifest.ts';
import { readDescribed } from './snapshot-meta.ts';
import { assertDimension, refusal, wrongModel } from './snapshot-refusal.ts';
import { checkVectors } from './snapshot-vectors.ts';
import type { ZipEntry } from './zip-directory.ts';
import { readZipStructure } from './zip-structure.ts';

export const checkStages = ['structure', 'hashes', 'compatibility', 'coverage'] as const;
export type CheckStage = (typeof checkStages)[number];

export type SnapshotCheck = {
  zip: string;
  /** Is made, on the file system of the index; gone again after a refusal. */
  folder: string;
  maxBytes: number;
  library: Db;
  model: Pick<Model, 'name' | 'dimension'>;
  onProgress: (stage: CheckStage, done: number, total: number) => void;
};

export type CheckedSnapshot = { manifest: Manifest; coverage: Coverage };

/** Throws `bad_input` with the code and sentence of the first thing that is wrong, or `disk_full`. */
export async function checkSnapshot(check: SnapshotCheck): Promise<CheckedSnapshot> {
  const fd = fs.openSync(check.zip, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.mkdirSync(check.folder, { recursive: true, mode: 0o700 });
    return await checkOpened(fd, check);
  } catch (error) {
    fs.rmSync(check.folder, { recursive: true, force: true });
    throw isDiskFull(error) ? diskFull() : error;
  } finally {
    fs.closeSync(fd);
  }
}

const structureLimits = { maxEntries: 8, maxRatio: 200, name: memberName };
const inflatedTimes = 4;
const reserveBytes = 64 * 1024 * 1024;
/** What the entry of a vector in the meta file may take, in words of this format and of any other. */
const mostMetaBytes = (count: number) => 64 * 1024 + 1024 * count;

async function checkOpened(fd: number, check: SnapshotCheck): Promise<CheckedSnapshot> {
  const { folder, model, library, onProgress } = check;
  onProgress('structure', 0, 1);
  const limits = { ...structureLimits, maxInflatedBytes: check.maxBytes * inflatedTimes };
  const entries = readZipStructure(fd, limits);
  const members = nameMembers(entries);
  assertRoom(folder, members.index.size + members.meta.size);
  onProgress('structure', 1, 1);
  const stem = path.join(folder, `unified_${modelSlug(model.name)}`);
  const files = { index: `${stem}.index`, meta: `${stem}.meta.json` };
  const zip = await openZip(fd, entries);
  const { manifestText, hashes } = await unpack(zip, members, files, onProgress).finally(zip.close);
  const manifest = manifestText === null ? null : parseManifest(manifestText);
  if (manifest) assertHashes(manifest, hashes);
  onProgress('compatibility', 0, 1);
  const header = readHeader(files.index);
  const sha256 = hashes.get(members.index.name) ?? '';
  if (members.meta.size > mostMetaBytes(header.count)) {
    throw refusal('meta_invalid', `The meta file is too large for ${plural(header.count, 'vector')}.`);
  }
  const text = fs.readFileSync(files.meta, 'utf8');
  if (manifest) assertCompatible(manifest, header, model);
  const described = manifest
    ? { manifest, vectors: readDescribed(text, manifest, header, sha256) }
    : linkForeignSet({ text, files, header, model, library });
  checkVectors(files.index, readHeader(files.index), (done) =>
    onProgress('compatibility', done, header.count),
  );
  onProgress('coverage', 0, 1);
  const coverage = countCoverage(library, described.vectors);
  for (const file of [...Object.values(files), folder]) fsync(file);
  onProgress('coverage', 1, 1);
  return { manifest: described.manifest, coverage };
}

type Members = { index: ZipEntry; meta: ZipEntry; manifest: ZipEntry | null; backup: ZipEntry | null };

function nameMembers(entries: ZipEntry[]): Members {
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

/** Of the backup only the hash is wanted: here the generation before is another one. */
async function unpack(
  zip: ZipReader,
  { index, meta, manifest, backup }: Members,
  files: { index: string; meta: string },
  onProgress: SnapshotCheck['onProgress'],
) {
  const hashes = new Map<string, string>();
  const total = index.size + meta.size + (backup?.size ?? 0);
  let done = 0;
  const count = (chunk: Buffer) => {
    done += chunk.length;
    onProgress('hashes', done, total);
  };
  const parts: Buffer[] = [];
  if (manifest) {
    if (manifest.size > mostManifestBytes) {
      throw refusal(
        'manifest_invalid',
        `The manifest.json of the ZIP is larger than ${bytes(mostManifestBytes)}.`,
      );
    }
    await zip.read(manifest, (chunk) => parts.push(chunk));
  }
  for (const [entry, file] of [
    [meta, files.meta],
    [index, files.index],
  ] as const) {
    hashes.set(entry.name, await writeEntry(zip, entry, file, count));
  }
  if (backup) hashes.set(backup.name, await zip.read(backup, count));
  return { hashes, manifestText: manifest && Buffer.concat(parts).toString('utf8') };
}

const newFile = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW;

async function writeEntry(zip: ZipReader, entry: ZipEntry, place: string, onBytes: (chunk: Buffer) => void) {
  const file = await fs.promises.open(place, newFile, 0o600);
  try {
    return await zip.read(entry, (chunk) => {
      onBytes(chunk);
      return file.writeFile(chunk);
    });
  } finally {
    await file.close();
  }
}

function assertCompatible(manifest: Manifest, header: IndexHeader, model: SnapshotCheck['model']) {
  if (manifest.model !== model.name) throw wrongModel(manifest.model, model.name);
  assertDimension(header.dimension, manifest.dimension);
  if (model.dimension !== null) assertDimension(header.dimension, model.dimension);
  if (manifest.count !== header.count) {
    throw refusal(
      'count_mismatch',
      `The manifest counts ${manifest.count} vectors; the index has ${header.count}.`,
    );
  }
}

function readHeader(file: string): IndexHeader {
  try {
    const header = readIndexHeader(file);
    if (header.count > 0) return header;
  } catch (error) {
    throw refusal('index_invalid', (error as Error).message);
  }
  throw refusal('index_invalid', 'The index holds no vector.');
}

function assertRoom(folder: string, needed: number) {
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize - reserveBytes >= needed) return;
  throw new AppError(
    'disk_full',
    `The disk of the index has ${bytes(bavail * bsize)} left; the snapshot needs ${bytes(needed)} and a reserve of ${bytes(reserveBytes)}. Free some space, then upload it again. The current index is unchanged.`,
    { code: 'disk_full' },
  );
}

function diskFull(): AppError {
  return new AppError(
    'disk_full',
    'The disk of the index is full, so the snapshot could not be unpacked. Free some space, then upload it again. The current index is unchanged.',
    { code: 'disk_full' },
  );
}

function fsync(file: string) {
  const fd = fs.openSync(file, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
