// Compares the files of a backup with its manifest, and the manifest with the hash that the row of the backup remembers.
import path from 'node:path';
import type { Backup } from '../backup-store/backup.ts';
import { findProblem, lookAtFile } from '../backup-store/look-at-file.ts';
import { type Manifest, manifestName, readManifest, type SetFile } from '../backup-store/manifest.ts';
import { hashFile } from '../backup-store/set-files.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { Defect } from './drill-steps.ts';

/** `folder`: of the files. `sha256`: of the manifest. */
type Compared = { folder: string } & Pick<Backup, 'sha256'>;

/** Throws `Defect` with the first file that differs; its message names all of them. `onBytes` receives how many bytes are
 *  compared, and how many there are. */
export async function compareFiles(
  { folder, sha256 }: Compared,
  onBytes: (done: number, total: number) => void,
): Promise<Manifest> {
  await compareManifest(folder, sha256);
  const manifest = readOrRefuse(folder);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const defects: Defect[] = [];
  let done = 0;
  for (const file of manifest.files) {
    const difference = await findDifference(folder, file);
    if (difference !== null) defects.push(new Defect(file.name, difference));
    done += file.bytes;
    onBytes(done, total);
  }
  const [first] = defects;
  if (!first) return manifest;
  const all = defects.map(({ message }) => message).join(' ');
  throw new Defect(first.file, all.slice(first.file.length));
}

async function compareManifest(folder: string, sha256: string | null) {
  if (sha256 === null) return;
  const looked = await lookAtFile(folder, manifestName);
  const found = typeof looked === 'string' ? { reason: looked } : await hashOrReason(folder, manifestName);
  if ('reason' in found) throw new Defect(manifestName, found.reason);
  if (found.sha256 !== sha256) throw new Defect(manifestName, differs(found.sha256, sha256));
}

function readOrRefuse(folder: string): Manifest {
  try {
    return readManifest(folder);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Defect(manifestName, ` ${error.message.slice(path.join(folder, manifestName).length).trim()}`);
  }
}

/** Returns the fault of a file, as words that follow its name; null for a good one. */
async function findDifference(folder: string, file: SetFile): Promise<string | null> {
  const problem = await findProblem(folder, file);
  if (problem !== null) return problem;
  const { name, sha256 } = file;
  const found = await hashOrReason(folder, name);
  if ('reason' in found) return found.reason;
  return found.sha256 === sha256 ? null : differs(found.sha256, sha256);
}

async function hashOrReason(folder: string, name: string): Promise<{ sha256: string } | { reason: string }> {
  const file = path.join(folder, name);
  try {
    return { sha256: await hashFile(file) };
  } catch (error) {
    return { reason: ` ${explain(error, file).replace(file, '').trim()}` };
  }
}

function differs(found: string, expected: string): string {
  return `: the SHA-256 is ${shortHash(found)} instead of ${shortHash(expected)}.`;
}

/** `9f2c…77be` */
function shortHash(sha256: string): string {
  return `${sha256.slice(0, 4)}…${sha256.slice(-4)}`;
}
