// Everything that is checked of an uploaded ZIP, in this order: structure, content and hashes, format and model, search,
// coverage. Its files come to lie in a folder of their own; a refusal leaves nothing there. Runs in a process of its own.
import fs from 'node:fs';
import path from 'node:path';
import type { Db } from '../core/db/open.ts';
import type { Model } from '../embedding/embedder.ts';
import { AppError } from '../core/errors.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { bytes, plural } from '../core/format.ts';
import { type IndexHeader, readIndexHeader } from '../index/faiss-header.ts';
import { modelSlug } from '../index/generation-files.ts';
import { type Coverage, countCoverage } from '../index/coverage.ts';
import type { MetaVector } from '../index/meta.ts';
import { openZip } from './entries.ts';
import { hashFile, hashFileSync } from './hash.ts';
import { linkForeignSet } from './link.ts';
import { assertHashes, type Manifest, memberName, parseManifest } from './manifest.ts';
import { assertParsable, readDescribed } from './meta.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';
import type { CheckStage } from './stages.ts';
import { type Members, nameMembers, type Unpacked, unpack } from './unpack.ts';
import { checkVectors } from './vectors.ts';
import { readZipStructure } from './zip-structure.ts';

type SnapshotCheck = {
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
const maxMetaBytes = (count: number) => 64 * 1024 + 512 * count;

async function checkOpened(fd: number, check: SnapshotCheck): Promise<CheckedSnapshot> {
  const { folder, model, library, onProgress } = check;
  onProgress('structure', 0, 1);
  const zip = { fd, size: fs.fstatSync(fd).size };
  const limits = { ...structureLimits, maxInflatedBytes: check.maxBytes * inflatedTimes };
  const entries = readZipStructure(zip, limits);
  const members = nameMembers(entries);
  assertRoom(folder, members.meta.size + members.index.size);
  onProgress('structure', 1, 1);
  const stem = path.join(folder, `unified_${modelSlug(model.name)}`);
  const files = { index: `${stem}.index`, meta: `${stem}.meta.json` };
  const reader = await openZip(zip, entries);
  const unpacked = await unpack({
    reader,
    members,
    files,
    onProgress: (done, total) => onProgress('hashes', done, total),
  }).finally(reader.close);
  const { manifest, vectors } = await checkUnpacked({ members, files, unpacked, check });
  onProgress('coverage', 0, 1);
  const coverage = countCoverage(library, vectors);
  await unpacked.synced;
  fsync(folder);
  onProgress('coverage', 1, 1);
  return { manifest, coverage };
}

type UnpackedCheck = { members: Members; files: Files; unpacked: Unpacked; check: SnapshotCheck };
type Files = { index: string; meta: string };
type Described = { manifest: Manifest; vectors: MetaVector[] };

/** The hashes are computed while the content is checked; a wrong hash takes precedence over what that check finds. */
async function checkUnpacked({ members, files, unpacked, check }: UnpackedCheck): Promise<Described> {
  const { manifestText, backupSha256 } = unpacked;
  if (manifestText === null) return checkContent(null, members, files, check);
  const manifest = parseManifest(manifestText);
  const hashing = hashFile(files.index);
  const checking = checkContent(manifest, members, files, check);
  checking.catch(() => {});
  const hashes = new Map([
    [members.index.name, await hashing],
    [members.meta.name, hashFileSync(files.meta)],
  ]);
  if (members.backup && backupSha256) hashes.set(members.backup.name, backupSha256);
  assertHashes(manifest, hashes);
  return checking;
}

async function checkContent(
  manifest: Manifest | null,
  members: Members,
  files: Files,
  { model, library, onProgress }: SnapshotCheck,
): Promise<Described> {
  onProgress('compatibility', 0, 1);
  const header = readHeader(files.index);
  if (members.meta.size > maxMetaBytes(header.count)) {
    throw refusal('meta_invalid', `The meta file is too large for ${plural(header.count, 'vector')}.`);
  }
  const json = fs.readFileSync(files.meta);
  assertParsable(json, header.count);
  const text = json.toString('utf8');
  if (manifest) assertCompatible(manifest, header, model);
  const described = manifest
    ? { manifest, vectors: readDescribed(text, manifest, header, manifest.files[members.index.name] ?? '') }
    : linkForeignSet({ text, files, header, model, library });
  checkVectors(files.index, readHeader(files.index), (done) =>
    onProgress('compatibility', done, header.count),
  );
  return described;
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

function fsync(folder: string) {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
