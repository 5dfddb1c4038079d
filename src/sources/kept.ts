// The uploads that are kept, each until it was not used for an hour.
import fs from 'node:fs';
import path from 'node:path';
import { readUploaded, type UploadedSheet, uploadedFolder, uploadRecord } from '../sheets/uploaded.ts';

const keptMs = 3600 * 1000;

/** Makes an upload complete. */
export function writeRecord(root: string, sheet: UploadedSheet, at: Date) {
  const file = uploadRecord(root, sheet.sheet_id);
  fs.writeFileSync(file, `${JSON.stringify(sheet)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  fs.utimesSync(file, at, at);
}

/** Starts its hour again; nothing happens when it is gone. */
export function markUsed(root: string, id: string, at: Date) {
  if (readUploaded(root, id)) fs.utimesSync(uploadRecord(root, id), at, at);
}

/** Removes the record first, so that half a removal is never taken for a complete upload. */
export function removeUploaded(root: string, id: string) {
  fs.rmSync(uploadRecord(root, id), { force: true });
  fs.rmSync(uploadedFolder(root, id), { recursive: true, force: true });
}

/** Removes uploads not used for an hour, and unfinished ones, unless `isNeeded`. Returns what was removed. */
export function sweepUploaded(root: string, now: Date, isNeeded: (id: string) => boolean) {
  const removed = { expired: [] as UploadedSheet[], unfinished: [] as string[] };
  for (const id of listIds(root)) {
    if (isNeeded(id)) continue;
    const sheet = readUploaded(root, id);
    if (sheet && now.getTime() - fs.statSync(uploadRecord(root, id)).mtimeMs < keptMs) continue;
    removeUploaded(root, id);
    if (sheet) removed.expired.push(sheet);
    else removed.unfinished.push(id);
  }
  return removed;
}

function listIds(root: string): string[] {
  const names = fs.readdirSync(path.join(root, 'uploads'));
  return names.flatMap((name) => /^sheet-([0-9a-f]{8})$/.exec(name)?.[1] ?? []);
}
