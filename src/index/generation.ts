// Generation folders. A generation never changes once the pointer has named it. Callers hold the `index` lock.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { liveFiles } from './generation-files.ts';
import {
  type AppliedBy,
  isGenerationName,
  nullIfBroken,
  type Pointer,
  pointerDraftName,
  readIfExists,
  readMovedBy,
  readPointer,
  writePointer,
} from './pointer.ts';

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
