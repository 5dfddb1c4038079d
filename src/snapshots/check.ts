// Checks an uploaded ZIP in a process of its own. Unpacks it into a folder that a refusal removes again.
import fs from 'node:fs';
import type { Db } from '../core/db/open.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { formatBytes } from '../core/format.ts';
import { diskFull } from '../core/receive-file.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { openZip } from '../zip/entries.ts';
import { ZipRefusal } from '../zip/refusal.ts';
import type { ZipRules } from '../zip/rules.ts';
import { readZipStructure } from '../zip/structure.ts';
import type { ModelKey } from '../embedding/embedder.ts';
import { countCoverage, type Coverage } from '../index/coverage.ts';
import { namedFiles } from '../index/generation.ts';
import { checkContent } from './content.ts';
import { hashFileSync } from '../backup-store/hash-sync.ts';
import { hashFile } from '../backup-store/hash.ts';
import { assertHashes, type Manifest, parseManifest } from './manifest.ts';
import { readEntryName } from './entry-name.ts';
import { refusal, unchanged } from './refusal.ts';
import { compareSample, type Sample } from './sample.ts';
import type { CheckStage } from './stages.ts';
import { type Members, nameMembers, unpack, type Unpacked } from './unpack.ts';

type SnapshotCheck = {
  zip: string;
  /** Created here, on the file system of the index. */
  folder: string;
  maxBytes: number;
  /** The disk keeps so much free. */
  reserveBytes: number;
  library: Db;
  model: ModelKey;
  onProgress: (stage: CheckStage, done: number, total: number) => void;
};

export type CheckedSnapshot = { manifest: Manifest; coverage: Coverage; sample: Sample };

/** Throws `bad_input` with the code and sentence of the first failed check, or `disk_full`. */
export async function checkSnapshot(check: SnapshotCheck): Promise<CheckedSnapshot> {
  const fd = fs.openSync(check.zip, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    fs.mkdirSync(check.folder, { recursive: true, mode: 0o700 });
    return await checkOpened(fd, check);
  } catch (error) {
    fs.rmSync(check.folder, { recursive: true, force: true });
    if (error instanceof ZipRefusal) throw refusal(error.code, error.message, error.next);
    if (!isDiskFull(error)) throw error;
    throw diskFull('The disk of the index is full, so the snapshot could not be unpacked.', unchanged);
  } finally {
    fs.closeSync(fd);
  }
}

const maxInflation = 4;

function rulesFor({ maxBytes }: SnapshotCheck): ZipRules {
  return {
    noun: 'snapshot',
    readName: readEntryName,
    hasOneFolder: true,
    extraFields: new Map(),
    otherFiles: [
      [/^IxF/, 'The file is the index alone, not the ZIP of a snapshot.'],
      [/^\s*[{[]/, 'The file is JSON, not a ZIP file: an error message, or one file of a snapshot.'],
    ],
    // Four members; a desktop may add a file to each, and folders.
    maxEntries: 16,
    maxDirectoryBytes: 64 * 1024,
    maxInflatedBytes: maxBytes * maxInflation,
    maxRatio: 200,
  };
}

async function checkOpened(fd: number, check: SnapshotCheck): Promise<CheckedSnapshot> {
  const { folder, model, library, onProgress } = check;
  onProgress('structure', 0, 1);
  const zip = { fd, size: fs.fstatSync(fd).size };
  const structure = readZipStructure(zip, rulesFor(check));
  const members = nameMembers(structure.entries);
  assertRoom(folder, members.meta.size + members.index.size, check.reserveBytes);
  onProgress('structure', 1, 1);
  const files = namedFiles(folder, model.name);
  const reader = await openZip(structure);
  const onBytes = (done: number, total: number) => onProgress('hashes', done, total);
  const unpacked = await unpack(reader, members, files, onBytes).finally(reader.close);
  const { manifest, vectors } = await checkUnpacked(check, members, unpacked);
  onProgress('coverage', 0, 1);
  const coverage = countCoverage(library, vectors);
  const { model: name, dimension } = manifest;
  const sample = compareSample({ library, file: files.index, dimension, model: name, vectors });
  await unpacked.synced;
  syncToDisk(folder);
  onProgress('coverage', 1, 1);
  return { manifest, coverage, sample };
}

/** Hashes the files while their content is checked. A wrong hash takes precedence over an error in the content. */
async function checkUnpacked(check: SnapshotCheck, members: Members, unpacked: Unpacked) {
  const { model, library, onProgress } = check;
  const { files, manifestText, backupSha256 } = unpacked;
  const report = (done: number, total: number) => onProgress('compatibility', done, total);
  const content = { files, metaBytes: members.meta.size, indexName: members.index.name, model, library };
  if (manifestText === null) return checkContent({ ...content, manifest: null }, report);
  const manifest = parseManifest(manifestText);
  const hashing = hashFile(files.index);
  const checking = checkContent({ ...content, manifest }, report);
  checking.catch(() => {});
  const hashes = new Map([
    [members.index.name, await hashing],
    [members.meta.name, hashFileSync(files.meta)],
  ]);
  if (members.backup && backupSha256) hashes.set(members.backup.name, backupSha256);
  assertHashes(manifest, hashes);
  return checking;
}

function assertRoom(folder: string, needed: number, reserveBytes: number) {
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize - reserveBytes >= needed) return;
  const [left, wanted, kept] = [bavail * bsize, needed, reserveBytes].map(formatBytes);
  throw diskFull(
    `The disk of the index has ${left} left; the snapshot needs ${wanted} and a reserve of ${kept}.`,
    unchanged,
  );
}
