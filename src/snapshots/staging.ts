// Folders of checked snapshots that wait to be installed. They are in the index folder, so that installing copies no bytes
// between file systems. A folder without `snapshot.json`, which is written last, is an unfinished check.
import fs from 'node:fs';
import path from 'node:path';
import { isObject, parseJson } from '../core/json.ts';
import type { Coverage } from '../index/coverage.ts';
import { generationFiles, liveFiles, nullIfBroken } from '../index/generation.ts';
import type { Manifest } from './manifest.ts';
import type { Sample } from './sample.ts';

export type Staged = {
  staged_id: string;
  file_name: string;
  uploaded_by: string;
  uploaded_at: string;
  bytes: number;
  manifest: Manifest;
  coverage: Coverage;
  /** Missing in a snapshot that a former version has checked. */
  sample?: Sample;
};

const stagedMs = 3600 * 1000;

const prefix = 'staged-';
const removedPrefix = 'removed-';
const recordName = 'snapshot.json';
const idPattern = /^[0-9a-f]{8}$/;

export function stagedFolder(indexFolder: string, id: string): string {
  if (!idPattern.test(id)) throw new Error(`${JSON.stringify(id)} is not the id of a staged snapshot.`);
  return path.join(indexFolder, `${prefix}${id}`);
}

/** Turns the folder of a finished check into a staged snapshot. */
export function writeStaged(indexFolder: string, staged: Staged) {
  const file = path.join(stagedFolder(indexFolder, staged.staged_id), recordName);
  fs.writeFileSync(file, `${JSON.stringify(staged)}\n`, { mode: 0o600, flag: 'wx', flush: true });
}

/** Null without a staged snapshot of that id. */
export function readStaged(indexFolder: string, id: string): Staged | null {
  if (!idPattern.test(id)) return null;
  const file = path.join(stagedFolder(indexFolder, id), recordName);
  const value = fs.existsSync(file) ? parseJson(fs.readFileSync(file, 'utf8')) : null;
  return isObject(value) ? (value as Staged) : null;
}

/** The snapshot of that id, or the newest without an id; null without one. */
export function findStaged(indexFolder: string, id: string | undefined): Staged | null {
  return id === undefined ? (listStaged(indexFolder)[0] ?? null) : readStaged(indexFolder, id);
}

/** The newest first. */
export function listStaged(indexFolder: string): Staged[] {
  return idsOf(indexFolder, prefix)
    .flatMap((id) => readStaged(indexFolder, id) ?? [])
    .sort((a, b) => (a.uploaded_at < b.uploaded_at ? 1 : -1));
}

/** Renames the folder first, so that a half removed one is never taken for an unfinished check. */
export function removeStaged(indexFolder: string, id: string) {
  const folder = stagedFolder(indexFolder, id);
  if (!fs.existsSync(folder)) return;
  const removed = path.join(indexFolder, `${removedPrefix}${id}`);
  fs.renameSync(folder, removed);
  fs.rmSync(removed, { recursive: true });
}

/** Removes snapshots older than an hour, unfinished checks, and snapshots whose job was killed right after it had installed
 *  them. `isNeeded` keeps those that a job will install or that are being checked. Returns what was removed, without the
 *  installed ones. */
export function sweepStaged(indexFolder: string, now: Date, isNeeded: (id: string) => boolean) {
  const removed = { expired: [] as Staged[], unfinished: [] as string[] };
  for (const id of idsOf(indexFolder, removedPrefix)) {
    fs.rmSync(path.join(indexFolder, `${removedPrefix}${id}`), { recursive: true, force: true });
  }
  for (const id of idsOf(indexFolder, prefix)) {
    if (isNeeded(id)) continue;
    const staged = readStaged(indexFolder, id);
    const isInstalled = staged !== null && isLive(indexFolder, id);
    const isFresh = staged !== null && now.getTime() - Date.parse(staged.uploaded_at) < stagedMs;
    if (isFresh && !isInstalled) continue;
    removeStaged(indexFolder, id);
    if (isInstalled) continue;
    if (staged) removed.expired.push(staged);
    else removed.unfinished.push(id);
  }
  return removed;
}

/** Whether its index is a hard link of the live one. A copy, on a file system without links, is not recognised. */
function isLive(indexFolder: string, id: string): boolean {
  const live = nullIfBroken(() => liveFiles(indexFolder));
  const staged = nullIfBroken(() => generationFiles(stagedFolder(indexFolder, id)));
  if (!live || !staged) return false;
  const [one, other] = [fs.statSync(live.index), fs.statSync(staged.index)];
  return one.ino === other.ino && one.dev === other.dev;
}

function idsOf(indexFolder: string, prefix: string): string[] {
  const names = fs.existsSync(indexFolder) ? fs.readdirSync(indexFolder) : [];
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((id) => idPattern.test(id));
}
