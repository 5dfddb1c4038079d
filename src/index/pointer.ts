// The file `current` in the index folder: one line names the live generation, the next the previous one, and the third,
// after a roll back, holds the job that moved the pointer.
import fs from 'node:fs';
import path from 'node:path';
import { syncToDisk } from '../core/sync-to-disk.ts';

/** `current` is live; `previous` was live before and is kept for a roll back. */
export type Pointer = { current: string; previous: string | null };

/** The job attempt that built a generation (`job.json` in its folder) or rolled back to it (in the pointer). */
export type AppliedBy = { job_id: string; attempt: number; result: Record<string, unknown> };

export const pointerDraftName = 'current.new';

export function isGenerationName(name: string): boolean {
  return /^gen-[0-9a-z-]+$/.test(name);
}

/** Null before the first switch. Throws one sentence when the file names no generation. */
export function readPointer(indexFolder: string): Pointer | null {
  const text = readIfExists(pointerFile(indexFolder));
  if (text === null) return null;
  const [current = '', previous = ''] = text.split('\n');
  if (isGenerationName(current) && (previous === '' || isGenerationName(previous))) {
    return { current, previous: previous || null };
  }
  throw new Error(`The pointer ${pointerFile(indexFolder)} names no generation.`);
}

/** The job that moved the pointer without building a generation; null when there is none or it cannot be read. */
export function readMovedBy(indexFolder: string): AppliedBy | null {
  const [, , record] = readIfExists(pointerFile(indexFolder))?.split('\n') ?? [];
  return nullIfBroken(() => JSON.parse(record || 'null') as AppliedBy | null);
}

/** Replaces the pointer in one rename. It is no symbolic link, so that both names move at once and fsync covers them. */
export function writePointer(indexFolder: string, { current, previous }: Pointer, movedBy?: AppliedBy) {
  const draft = path.join(indexFolder, pointerDraftName);
  const record = movedBy ? `${JSON.stringify(movedBy)}\n` : '';
  fs.writeFileSync(draft, `${current}\n${previous ?? ''}\n${record}`, { flush: true });
  fs.renameSync(draft, pointerFile(indexFolder));
  syncToDisk(indexFolder);
}

/** For an index that may be broken: it stops neither the server nor the build that repairs it. */
export function nullIfBroken<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

export function readIfExists(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function pointerFile(indexFolder: string): string {
  return path.join(indexFolder, 'current');
}
