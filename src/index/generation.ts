// Generation folders, their files, and the pointer that names the live one. A generation never changes once the pointer has
// named it. Callers that change anything hold the `index` lock.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';

/** Paths of an index file and its meta file. */
export type GenerationFiles = { index: string; meta: string };

/** A model's name as CHL writes it in file names: lower case, `_` for `/`, no dots. */
export function modelSlug(model: string): string {
  return model.toLowerCase().replaceAll('/', '_').replaceAll('.', '');
}

/** Where a model's files are in a folder. */
export function namedFiles(folder: string, model: string): GenerationFiles {
  const stem = path.join(folder, `unified_${modelSlug(model)}`);
  return { index: `${stem}.index`, meta: `${stem}.meta.json` };
}

/** The index file in a folder and its meta file. Throws one sentence unless there is exactly one pair. */
export function generationFiles(folder: string): GenerationFiles {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const [index, ...others] = found.filter((name) => /^unified_.+\.index$/.test(name));
  if (index === undefined || others.length > 0) {
    throw new Error(`${folder} holds ${index ? others.length + 1 : 'no'} index files instead of one.`);
  }
  const meta = index.replace(/\.index$/, '.meta.json');
  if (!found.includes(meta)) throw new Error(`${folder} has no ${meta} beside ${index}.`);
  return { index: path.join(folder, index), meta: path.join(folder, meta) };
}

/** The files of the live generation; null before the first switch. Throws as `readPointer` and `generationFiles` do. */
export function liveFiles(indexFolder: string): GenerationFiles | null {
  const pointer = readPointer(indexFolder);
  return pointer && generationFiles(path.join(indexFolder, pointer.current));
}

/** A generation being built; the switch renames `folder` to `<index folder>/<name>`. */
export type Draft = { name: string; folder: string };

/** Creates an empty folder for a new generation, after removing what earlier builds left. */
export function startGeneration(indexFolder: string, now: Date): Draft {
  fs.mkdirSync(indexFolder, { recursive: true, mode: 0o700 });
  tidyGenerations(indexFolder);
  const name = `gen-${now.toISOString().replace(/\D/g, '')}-${process.pid}`;
  const folder = path.join(indexFolder, `${draftPrefix}${name}`);
  fs.mkdirSync(folder);
  return { name, folder };
}

/** Adds a finished file to a draft: as a hard link, or as a copy where there are none (exFAT, some network shares). */
export function linkInto(draft: Draft, file: string, name = path.basename(file)) {
  const target = path.join(draft.folder, name);
  try {
    fs.linkSync(file, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    fs.copyFileSync(file, target);
  }
}

/** Adds the files of the live generation as `.backup`, for people who copy files by hand. */
export function linkBackup(indexFolder: string, draft: Draft) {
  const live = nullIfBroken(() => liveFiles(indexFolder));
  for (const file of live ? Object.values(live) : []) {
    linkInto(draft, file, `${path.basename(file)}.backup`);
  }
}

export function writeBuiltBy(draft: Draft, builtBy: AppliedBy) {
  fs.writeFileSync(path.join(draft.folder, builtByName), `${JSON.stringify(builtBy)}\n`, { flush: true });
}

/** Makes a finished draft the live generation. The one before is kept; older ones are removed. */
export function switchTo(indexFolder: string, draft: Draft): Pointer {
  const previous = nullIfBroken(() => readPointer(indexFolder)?.current) ?? null;
  syncToDisk(draft.folder);
  fs.renameSync(draft.folder, path.join(indexFolder, draft.name));
  syncToDisk(indexFolder);
  const pointer = { current: draft.name, previous };
  writePointer(indexFolder, pointer);
  tidyGenerations(indexFolder);
  return pointer;
}

/** Swaps the live and the previous generation and records the job. Throws one sentence without a previous one. */
export function rollBack(indexFolder: string, movedBy: AppliedBy): Pointer {
  const pointer = readPointer(indexFolder);
  if (!pointer?.previous) throw new Error('No generation before the live one is kept.');
  const swapped = { current: pointer.previous, previous: pointer.current };
  writePointer(indexFolder, swapped, movedBy);
  return swapped;
}

/** Removes unfinished builds and unnamed generations. Without the `index` lock it may run only before any job does. */
export function tidyGenerations(indexFolder: string) {
  if (!fs.existsSync(indexFolder)) return;
  const pointer = nullIfBroken(() => readPointer(indexFolder));
  const isKept = (name: string) => !pointer || name === pointer.current || name === pointer.previous;
  for (const name of fs.readdirSync(indexFolder)) {
    const isUnfinished = name.startsWith(draftPrefix) || name === pointerDraftName;
    if (isUnfinished || (isGenerationName(name) && !isKept(name))) {
      fs.rmSync(path.join(indexFolder, name), { recursive: true, force: true });
    }
  }
}

/** The result of this attempt if it moved the pointer, or built one of the two generations that it names; else null. */
export function readAppliedGeneration(
  { indexFolder }: Pick<Config, 'indexFolder'>,
  jobId: string,
  attempt: number,
): Record<string, unknown> | null {
  const pointer = nullIfBroken(() => readPointer(indexFolder));
  const names = [pointer?.current, pointer?.previous].filter((name) => name != null);
  const builtBy = names.map((name) => readBuiltBy(path.join(indexFolder, name)));
  const applied = [readMovedBy(indexFolder), ...builtBy].find(
    (by) => by?.job_id === jobId && by.attempt === attempt,
  );
  return applied?.result ?? null;
}

const draftPrefix = 'building-';
const builtByName = 'job.json';

function readBuiltBy(folder: string): AppliedBy | null {
  const text = () => readIfExists(path.join(folder, builtByName)) ?? 'null';
  return nullIfBroken(() => JSON.parse(text()) as AppliedBy | null);
}

/** `current` is live; `previous` was live before and is kept for a roll back. */
export type Pointer = { current: string; previous: string | null };

/** The job attempt that built a generation (`job.json` in its folder) or rolled back to it (in the pointer). */
type AppliedBy = { job_id: string; attempt: number; result: Record<string, unknown> };

const pointerDraftName = 'current.new';

function isGenerationName(name: string): boolean {
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
function readMovedBy(indexFolder: string): AppliedBy | null {
  const [, , record] = readIfExists(pointerFile(indexFolder))?.split('\n') ?? [];
  return nullIfBroken(() => JSON.parse(record || 'null') as AppliedBy | null);
}

/** Replaces the pointer in one rename. It is no symbolic link, so that both names move at once and fsync covers them. */
function writePointer(indexFolder: string, { current, previous }: Pointer, movedBy?: AppliedBy) {
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

function readIfExists(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file `current` in the index folder: one line names the live generation, the next the previous one, and the third,
 *  after a roll back, holds the job that moved the pointer. */
function pointerFile(indexFolder: string): string {
  return path.join(indexFolder, 'current');
}
