// Proves a backup by restoring it beside the library, into a temporary folder that is removed on every path. Only reads the
// backup.
import fs from 'node:fs';
import path from 'node:path';
import type { Backup, ProofStep } from '../backup-store/backup.ts';
import { findProblem } from '../backup-store/look-at-file.ts';
import type { Manifest } from '../backup-store/manifest.ts';
import { readCopyName } from '../backup-store/set-files.ts';
import { isDiskFull, readFreeBytes } from '../core/disk-reserve.ts';
import { toRefusal } from '../core/faults.ts';
import { formatBytes, plural } from '../core/format.ts';
import { checkCounts, checkIntegrity, openCopies } from './check-copies.ts';
import { compareFiles } from './compare-files.ts';
import { removeWorkFolder } from '../backup-store/unfinished.ts';
import { Defect, type DrillStep, noteSteps, Obstacle } from './drill-steps.ts';
import { findEntries } from './find-entries.ts';

export type Drill = {
  backup: Pick<Backup, 'id' | 'bytes' | 'sha256'>;
  /** The folder of its files, or the file of a copy before an import. */
  place: string;
  /** The temporary folder, which does not exist yet. */
  folder: string;
  /** The disk keeps so much free. */
  reserveBytes: number;
  onProgress: (done: number, total: number | undefined, step: DrillStep) => void;
};

/** `bytes`, `files`: of the backup. `file` and `step`: where the first defect is. */
export type Verdict = {
  proof: 'proven' | 'failed' | 'inconclusive';
  text: string;
  bytes: number;
  files: number;
  steps: ProofStep[];
  file: string | null;
  step: DrillStep | null;
};

/** Throws only for trouble that is not of the backup, such as a temporary folder that cannot be removed. */
export async function drillBackup(drill: Drill): Promise<Verdict> {
  const notes = noteSteps((step) => drill.onProgress(0, undefined, step));
  const seen = { bytes: 0, files: 0, step: 'files' as DrillStep };
  const take = (step: DrillStep, work: Parameters<typeof notes.take>[1]) => {
    seen.step = step;
    return notes.take(step, work);
  };
  const end = await restoreAndLook(drill, take, seen).then(
    (text) => ({ proof: 'proven' as const, text, file: null, step: null }),
    (error: unknown) => judge(error, seen.step),
  );
  if (fs.existsSync(drill.folder)) await notes.take('remove', () => removeCopy(drill.folder));
  if (end instanceof Error) throw end;
  const [doubt] = notes.doubts;
  const isDoubtful = end.proof === 'proven' && doubt !== undefined;
  const outcome = isDoubtful ? { ...end, proof: 'inconclusive' as const, text: doubt } : end;
  return { ...outcome, bytes: seen.bytes, files: seen.files, steps: notes.all() };
}

function judge(error: unknown, step: DrillStep) {
  if (error instanceof Defect)
    return { proof: 'failed' as const, text: error.message, file: error.file, step };
  if (error instanceof Obstacle)
    return { proof: 'inconclusive' as const, text: error.message, file: null, step: null };
  return error instanceof Error ? error : new Error(String(error));
}

type Take = ReturnType<typeof noteSteps>['take'];

/** Returns the sentence of a proof. */
async function restoreAndLook(
  drill: Drill,
  take: Take,
  seen: { bytes: number; files: number },
): Promise<string> {
  const { folder } = drill;
  const restored: { manifest: Manifest | null; files: Wanted[] } = { manifest: null, files: [] };
  await take('files', async () => {
    const found = await readFiles(drill);
    Object.assign(restored, found);
    seen.files = restored.files.length;
    seen.bytes = restored.files.reduce((sum, { bytes }) => sum + bytes, 0);
    return found;
  });
  const { manifest, files } = restored;
  await take('copy', () => copyFiles(drill, files, seen.bytes));
  const databases = files.map(({ name }) => name).filter((name) => name.endsWith('.db'));
  await take('integrity', () => checkIntegrity(folder, databases));
  await take('counts', () => checkCounts(folder, manifest));
  await take('open', () => openCopies(folder, databases));
  let proof = '';
  await take('search', () => {
    const found = search(folder, manifest);
    proof = found.text;
    return found;
  });
  return proof;
}

type Wanted = { from: string; name: string; bytes: number };

/** A copy before an import is one file, of which nothing says what it was. */
async function readFiles({ backup, place, onProgress }: Drill) {
  if (readCopyName(backup.id)) {
    const { id, bytes } = backup;
    const problem = await findProblem(path.dirname(place), { name: id, bytes });
    if (problem !== null) throw new Defect(id, problem);
    const doubt = 'A copy before an import has no manifest, so nothing says whether it is complete.';
    return { manifest: null, files: [{ from: place, name: 'library.db', bytes }], text: '', doubt };
  }
  const { sha256 } = backup;
  const manifest = await compareFiles({ folder: place, sha256 }, (done, total) =>
    onProgress(done, total, 'files'),
  );
  const files = manifest.files.map(({ name, bytes }) => ({ from: path.join(place, name), name, bytes }));
  return { manifest, files, text: `${files.length} of ${plural(files.length, 'file')} by SHA-256` };
}

async function copyFiles({ folder, reserveBytes, onProgress }: Drill, files: Wanted[], total: number) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    assertRoom(folder, total, reserveBytes);
    let done = 0;
    for (const { from, name, bytes } of files) {
      const target = path.join(folder, name);
      fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      await fs.promises.copyFile(from, target);
      done += bytes;
      onProgress(done, total, 'copy');
    }
  } catch (error) {
    if (error instanceof Obstacle) throw error;
    const refusal = toRefusal(error);
    if (!refusal) throw error;
    const cause = isDiskFull(error) ? 'The disk of the data folder is full.' : refusal.message;
    throw new Obstacle(`It could not be restored beside the library. ${cause}`);
  }
  return { text: `${formatBytes(total)}, into a temporary folder` };
}

function assertRoom(folder: string, wanted: number, reserveBytes: number) {
  const free = readFreeBytes(folder);
  if (free - reserveBytes >= wanted) return;
  const [left, needed, kept] = [free, wanted, reserveBytes].map(formatBytes);
  throw new Obstacle(
    `The disk of the data folder has ${left} left; the test needs ${needed} and a reserve of ${kept}.`,
  );
}

function search(folder: string, manifest: Manifest | null) {
  if (!manifest?.index || manifest.model === null) {
    const doubt = 'It has no index, so no entry could be searched.';
    return { text: doubt, doubt };
  }
  const library = path.join(folder, 'library.db');
  const { model, dimension, index } = manifest;
  const found = loadOrRefuse(() => findEntries({ folder, library, model, dimension }));
  if (found.vectors !== index.vectors)
    throw new Defect('index', ` has ${found.vectors} vectors; the manifest counts ${index.vectors}.`);
  if (found.lost) {
    const { kind, entity_id: id } = found.lost;
    throw new Defect(
      'index',
      ` does not find the ${kind} ${id} by its stored embedding: ${found.found} of ${found.searched} entries were found.`,
    );
  }
  if (found.searched === 0) {
    const doubt = 'No vector of its index belongs to the stored embedding of an entry, so none was searched.';
    return { text: doubt, doubt };
  }
  return {
    text: `${found.found} of ${plural(found.searched, 'entry', 'entries')} found by their stored embeddings.`,
  };
}

function loadOrRefuse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (toRefusal(error)) throw error;
    throw new Defect('index', `: ${(error as Error).message}`);
  }
}

function removeCopy(folder: string) {
  removeWorkFolder(folder);
  return { text: 'Nothing of it is left' };
}
