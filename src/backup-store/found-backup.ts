// Describes a backup that is in the folder, as its row.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Backup, Test } from './backup.ts';
import type { BackupJobs } from './backup-jobs-repository.ts';
import { hashInThread } from './hash.ts';
import { findProblem, lookAtFile, whyUnreadable } from './look-at-file.ts';
import { bytesOf, loadManifest, type Manifest, manifestName } from './manifest.ts';
import { kindOf, readCopyName, setFolder } from './set-files.ts';

type Place = Pick<Config, 'backupPath'>;

const untested: Test = { proof: 'none', proof_job: null, proof_at: null, proof_text: null, proof_steps: [] };

/** A copy before an import; null for one that is gone meanwhile. */
export async function describeCopy(place: Place, jobs: BackupJobs, id: string): Promise<Backup | null> {
  const named = readCopyName(id);
  const stat = await fs.promises.stat(setFolder(place, id)).catch(() => null);
  if (!named || !stat) return null;
  const job = named.job === 'by-hand' ? null : jobs.numberOfPrefix(named.job);
  const facts = { id, job, at: named.at, bytes: stat.size, sha256: null, note: null };
  // A person may have kept one that is older than this history: an earlier ops.db knew it.
  const is_kept = !jobs.hadBegunBy(new Date(named.at).toISOString());
  return { ...facts, ...untested, kind: 'before_import', is_kept, gone_at: null };
}

export type FoundSet = { row: Backup; manifest: Manifest };

/** Throws `bad_input` for a set whose manifest cannot be read, or is that of another set. Its other files are not looked at. */
export async function describeSet(place: Place, jobs: BackupJobs, id: string): Promise<FoundSet> {
  const folder = setFolder(place, id);
  const { manifest, sha256 } = await loadManifest(folder);
  const { made_at: at, job, note } = manifest;
  if (!isNameOf(manifest, id)) throw damaged(`${folder}/${manifestName} is that of another backup.`);
  const row: Backup = {
    id,
    job,
    at: new Date(at).toISOString(),
    kind: kindOf(id),
    bytes: bytesOf(manifest),
    sha256,
    ...untested,
    note,
    // A set of another data folder was put there by a person, whom the limits must not surprise.
    is_kept: !isReported({ id, job, sha256 }, jobs) && !isOwn(manifest, id, jobs),
    gone_at: null,
  };
  return { row, manifest };
}

/** Versions before the audit log became a chain have left no hash by which a set could be told from one of another folder. */
function isOwn({ audit_head: head }: Manifest, id: string, jobs: BackupJobs): boolean {
  return head === null ? id.startsWith('before-') : jobs.hasWritten(head);
}

/** A set before an update has the version in its name, and another one may follow it. */
function isNameOf({ made_at: at, job }: Manifest, id: string): boolean {
  const stamp = new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return id.startsWith('before-') || id === `${stamp}Z-${job ?? 'by-hand'}`;
}

/** Whether its job says that it made just this set, or is about to say it. Numbers of jobs are those of another data folder,
 *  too, but no other audit log has the same last row. */
export function isVouchedFor({ row, manifest }: FoundSet, jobs: BackupJobs): boolean {
  const isMade = row.job !== null && jobs.maker(row.job)?.status === 'running';
  return isReported(row, jobs) || (isMade && jobs.hasWritten(manifest.audit_head));
}

function isReported({ id, job, sha256 }: Pick<Backup, 'id' | 'job' | 'sha256'>, jobs: BackupJobs): boolean {
  const result = job === null ? null : jobs.maker(job)?.result;
  return sha256 !== null && result?.backup === id && result.sha256 === sha256;
}

/** Throws `bad_input` when it has the name of one that was there before, whose manifest was another. */
export function assertSame({ row: { id, sha256 } }: FoundSet, before: Backup | null) {
  if (before !== null && before.sha256 !== sha256)
    throw damaged(`${manifestName} of ${id} is not the one that was written.`);
}

/** Throws `bad_input` with a sentence that names the first file that is no file, that cannot be read, or whose bytes are
 *  others than the manifest says. */
export async function assertIntact(place: Place, { row, manifest }: FoundSet, isStopped: () => boolean) {
  const folder = setFolder(place, row.id);
  const listed = await lookAtFile(folder, manifestName);
  if (typeof listed === 'string') throw damaged(`${path.join(folder, manifestName)}${listed}`);
  for (const one of manifest.files) {
    if (isStopped()) throw new AppError('stopping', 'The server is stopping.');
    const file = path.join(folder, one.name);
    const problem = await findProblem(folder, one);
    if (problem !== null) throw damaged(file + problem);
    const sha256 = await hashInThread(file).catch((error) => {
      throw damaged(file + whyUnreadable(error, file));
    });
    if (sha256 !== one.sha256) throw damaged(`${file} was changed since it was written.`);
  }
}

function damaged(message: string): AppError {
  return new AppError('bad_input', message, { code: 'backup_damaged' });
}
