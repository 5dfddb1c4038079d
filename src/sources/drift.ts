// Decides whether a sheet has changed since its last import or export: by the content that a later check has read, if nobody has
// touched the files since; else by the sizes and times of its files and, where these differ, by its content. Of a Google
// spreadsheet only what the last check has read is known.
import path from 'node:path';
import type { Caches } from '../core/cache.ts';
import type { Config } from '../core/config.ts';
import { inTime } from '../core/in-time.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import { factsOf, type FoundFile, type SheetFile } from '../sheets/file-facts.ts';
import { hashFile } from '../sheets/hash.ts';
import type { FindFiles } from './find-files.ts';
import type { SheetRun } from './repository.ts';
import type { SourceState } from './source-state-repository.ts';

export const driftStates = ['absent', 'never', 'unchanged', 'changed', 'unclear'] as const;

/** `absent`: there is no file. `never`: it was neither imported nor exported. `unclear`: it may have changed, and `why` says why
 *  that is not known. `isBlocked`: the system does not open it. */
export type Drift = { state: (typeof driftStates)[number]; why?: string; isBlocked?: true };

const hashBytes = 100;
const deadlineMs = 1000;

/** Keeps the hashes of files as long as their sizes and times stay. */
export function createFindDrift(config: Config, findFiles: FindFiles, caches: Caches) {
  const kept = caches.create<string[]>('file-hashes', {
    reads: 'viewer',
    about: 'The hashes of the files of sheets, as long as their sizes and times stay.',
    entries: 100,
    bytes: 1024 * 1024,
    sizeOf: (hashes) => hashes.length * hashBytes,
    show: (hashes) => hashes.join('\n'),
  });

  return async (source: SheetSource, run: SheetRun | null, check: SourceState | null): Promise<Drift> => {
    if (source.kind === 'google') return driftOfCheck(run, check);
    try {
      const files = await findFiles(source, deadlineMs);
      if (!files) return { state: 'unclear', why: 'Its folder does not answer.', isBlocked: true };
      if (files.length === 0) return { state: 'absent' };
      if (!run) return { state: 'never' };
      const written = hashesOf(run);
      const checked = hashesOfCheck(run, files, check);
      if (written && checked) return compare(written, checked);
      if (hasFacts(run, files)) return { state: 'unchanged' };
      if (!written) return driftOfTimes(run, files);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      if (bytes > config.sheetMaxBytes) return { state: 'unclear', why: 'It is large. Check it.' };
      const found = await inTime(hash(source, files), deadlineMs);
      return found ? compare(written, found) : { state: 'unclear', why: 'Its files are still being read.' };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return { state: 'unclear', why: `It cannot be read (${code}).`, isBlocked: true };
    }
  };

  /** Reads only the regular files that were found, which are in the order of the tabs. */
  function hash({ kind, place }: SheetSource, files: SheetFile[]): Promise<string[]> {
    const sheet = path.resolve(config.root, place);
    const key = `${sheet}\n${factsOf(files)}`;
    const folder = kind === 'folder' ? sheet : path.dirname(sheet);
    return kept.through(key, () => Promise.all(files.map(({ name }) => hashFile(path.join(folder, name)))));
  }
}

/** An export has written these files; an import has read them, or files that were saved meanwhile. */
export function hasFacts({ result }: SheetRun, files: SheetFile[]): boolean {
  const recorded = result.files as SheetFile[] | undefined;
  return recorded !== undefined && recorded.length > 0 && factsOf(recorded) === factsOf(files);
}

/** Null for a job of a former version. */
export function hashesOf({ result }: SheetRun): string[] | null {
  return Array.isArray(result.hashes) ? (result.hashes as string[]) : null;
}

/** Null unless the check has read these files as they are, after the run. It finds a change that keeps sizes and times. */
function hashesOfCheck(run: SheetRun, files: FoundFile[], check: SourceState | null): string[] | null {
  if (!check || check.checked_at < run.finished_at) return null;
  const checkedMs = Date.parse(check.checked_at);
  return files.every(({ changedMs }) => changedMs < checkedMs) ? check.hashes : null;
}

function driftOfTimes({ started_at, finished_at, result }: SheetRun, files: SheetFile[]): Drift {
  // An import reads what is there when it starts; an export has written its files when it ends.
  const since = result.left_out === undefined ? started_at : finished_at;
  if (files.every(({ modified_at }) => modified_at <= since)) return { state: 'unchanged' };
  return { state: 'unclear', why: 'A file was saved since; that job kept nothing to compare it with.' };
}

function driftOfCheck(run: SheetRun | null, check: SourceState | null): Drift {
  if (!run) return { state: 'never' };
  if (!check?.hashes) return { state: 'unclear', why: 'Check it to see whether it has changed.' };
  if (check.checked_at < run.finished_at) return { state: 'unclear', why: 'It was not checked since.' };
  const written = hashesOf(run);
  return written
    ? compare(written, check.hashes)
    : { state: 'unclear', why: 'That job kept nothing to compare it with.' };
}

export function compare(written: readonly string[], found: readonly string[]): Drift {
  return { state: written.join() === found.join() ? 'unchanged' : 'changed' };
}
