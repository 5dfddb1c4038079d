// Generation folders below the index folder, and the pointer file `current` that says which of them is live.
// A generation is never changed once the pointer named it; a switch is one rename of the pointer.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';

/** `current` is live; `previous` was live before it and is kept for rolling back. */
export type Pointer = { current: string; previous: string | null };

/** A generation that is being built; `folder` becomes `<index folder>/<name>` when it is switched to. */
export type Draft = { name: string; folder: string };

/** What `job.json` in a generation says about the job that built it, and the pointer about one that only turned it. */
type BuiltBy = { job_id: string; attempt: number; result: Record<string, unknown> };

/** Model names in file names, as CHL makes them: lower case, `/` becomes `_`, dots go. */
export function modelSlug(model: string): string {
  return model.toLowerCase().replaceAll('/', '_').replaceAll('.', '');
}

/** Null when nothing was ever switched to; throws one sentence when the pointer names no generation. */
export function readPointer(indexFolder: string): Pointer | null {
  const text = readIfThere(path.join(indexFolder, pointerName));
  if (text === null) return null;
  const [current = '', previous = ''] = text.split('\n');
  if (isGenerationName(current) && (previous === '' || isGenerationName(previous))) {
    return { current, previous: previous || null };
  }
  throw new Error(`The pointer ${path.join(indexFolder, pointerName)} names no generation.`);
}

/** The index file of a generation and its meta file; throws one sentence when there is not exactly one pair. */
export function generationFiles(folder: string): { index: string; meta: string } {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const [index, ...others] = found.filter((name) => /^unified_.+\.index$/.test(name));
  if (index === undefined || others.length > 0) {
    throw new Error(`${folder} holds ${index ? others.length + 1 : 'no'} index files; one is wanted.`);
  }
  const meta = index.replace(/\.index$/, '.meta.json');
  if (!found.includes(meta)) throw new Error(`${folder} has no ${meta} beside ${index}.`);
  return { index: path.join(folder, index), meta: path.join(folder, meta) };
}

/** The files of the live generation; null when nothing was ever switched to; throws as the two above do. */
export function liveFiles(indexFolder: string): { index: string; meta: string } | null {
  const pointer = readPointer(indexFolder);
  return pointer && generationFiles(path.join(indexFolder, pointer.current));
}

/** Makes an empty folder for a new generation. The caller holds the `index` lock: leftovers are removed first. */
export function startGeneration(indexFolder: string, now: Date): Draft {
  fs.mkdirSync(indexFolder, { recursive: true, mode: 0o700 });
  tidyGenerations(indexFolder);
  const name = `gen-${now.toISOString().replace(/\D/g, '')}-${process.pid}`;
  const folder = path.join(indexFolder, `${draftPrefix}${name}`);
  fs.mkdirSync(folder);
  return { name, folder };
}

/** Puts the pair of files of the live generation beside the draft's own, for people who copy by hand. */
export function linkBackup(indexFolder: string, draft: Draft) {
  const live = unlessBroken(() => liveFiles(indexFolder));
  for (const file of live ? Object.values(live) : []) {
    linkInto(draft, file, `${path.basename(file)}.backup`);
  }
}

export function writeBuiltBy(draft: Draft, builtBy: BuiltBy) {
  writeDurably(path.join(draft.folder, builtByName), `${JSON.stringify(builtBy)}\n`);
}

/** Makes a finished draft the live generation; the one before stays, older ones are removed. */
export function switchTo(indexFolder: string, draft: Draft): Pointer {
  const previous = unlessBroken(() => readPointer(indexFolder)?.current) ?? null;
  fsyncFolder(draft.folder);
  fs.renameSync(draft.folder, path.join(indexFolder, draft.name));
  fsyncFolder(indexFolder);
  const pointer = { current: draft.name, previous };
  writePointer(indexFolder, pointer);
  tidyGenerations(indexFolder);
  return pointer;
}

/** Makes the previous generation the live one and the live one the previous, with one rename that also records the job.
 *  Throws one sentence when there is nothing to go back to. The caller holds the `index` lock. */
export function rollBack(indexFolder: string, turnedBy: BuiltBy): Pointer {
  const pointer = readPointer(indexFolder);
  if (!pointer?.previous) throw new Error('No generation before the live one is kept.');
  const turned = { current: pointer.previous, previous: pointer.current };
  writePointer(indexFolder, turned, turnedBy);
  return turned;
}

/** Puts a finished file into a draft without copying its bytes, where the file system can do that. */
export function linkInto(draft: Draft, file: string, name = path.basename(file)) {
  linkOrCopy(file, path.join(draft.folder, name));
}

/** Removes what a build left that did not end, and generations that the pointer does not name. Without a
 *  readable pointer no generation is touched. Only for who holds the `index` lock, or before any job runs. */
export function tidyGenerations(indexFolder: string) {
  if (!fs.existsSync(indexFolder)) return;
  const pointer = unlessBroken(() => readPointer(indexFolder));
  const isKept = (name: string) => !pointer || name === pointer.current || name === pointer.previous;
  for (const name of fs.readdirSync(indexFolder)) {
    const isLeftover = name.startsWith(draftPrefix) || name === pointerDraftName;
    if (isLeftover || (isGenerationName(name) && !isKept(name))) {
      fs.rmSync(path.join(indexFolder, name), { recursive: true, force: true });
    }
  }
}

/** The result of this attempt if it turned the pointer, or its generation was switched to (it is the live one or the one
 *  before), else null.
 *  Recovery asks: a job whose pointer moved before the crash has done its work. */
export function readAppliedGeneration(
  config: Pick<Config, 'indexFolder'>,
  jobId: string,
  attempt: number,
): Record<string, unknown> | null {
  const pointer = unlessBroken(() => readPointer(config.indexFolder));
  const records = [pointer?.current, pointer?.previous].map(
    (name) => name && path.join(config.indexFolder, name, builtByName),
  );
  for (const builtBy of [readTurnedBy(config.indexFolder), ...records.map(readBuiltBy)]) {
    if (builtBy?.job_id === jobId && builtBy.attempt === attempt) return builtBy.result;
  }
  return null;
}

const pointerName = 'current';
const pointerDraftName = 'current.new';
const draftPrefix = 'building-';
const builtByName = 'job.json';

function isGenerationName(name: string): boolean {
  return /^gen-[0-9a-z-]+$/.test(name);
}

/** A file and not a symbolic link: one rename moves "live" and "previous" together, a reader that opens two files
 *  gets both from one generation, fsync proves the text, and tools that follow links copy nothing twice. */
function writePointer(indexFolder: string, { current, previous }: Pointer, turnedBy?: BuiltBy) {
  const draft = path.join(indexFolder, pointerDraftName);
  const record = turnedBy ? `${JSON.stringify(turnedBy)}\n` : '';
  writeDurably(draft, `${current}\n${previous ?? ''}\n${record}`);
  fs.renameSync(draft, path.join(indexFolder, pointerName));
  fsyncFolder(indexFolder);
}

function readBuiltBy(file: string | null | undefined): BuiltBy | null {
  return unlessBroken(() => JSON.parse((file && readIfThere(file)) || 'null') as BuiltBy | null);
}

/** The third line of the pointer. */
function readTurnedBy(indexFolder: string): BuiltBy | null {
  const [, , record] = readIfThere(path.join(indexFolder, pointerName))?.split('\n') ?? [];
  return unlessBroken(() => JSON.parse(record || 'null') as BuiltBy | null);
}

function writeDurably(file: string, text: string) {
  fs.writeFileSync(file, text, { flush: true });
}

function fsyncFolder(folder: string) {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** A new generation is how a broken index is mended, so a broken one must stop neither its build nor the server. */
export function unlessBroken<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Some file systems (exFAT, some network shares) have no hard links. */
function linkOrCopy(from: string, to: string) {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    fs.copyFileSync(from, to);
  }
}

function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
