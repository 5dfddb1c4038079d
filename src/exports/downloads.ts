// The files of downloads: each in a folder of its job, `<root>/exports/<job>`. One that a request waits for is removed when it
// is open; that of a job which somebody has started by itself is kept for a while.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import type { Format } from './exported-rows.ts';
import { packedEndings } from './sheet-files.ts';

export function downloadName(format: Format): string {
  return `library${packedEndings[format]}`;
}

export function downloadFolder({ root }: Pick<Config, 'root'>, jobId: string): string {
  if (!/^[\w-]+$/.test(jobId)) throw new Error(`${JSON.stringify(jobId)} is not the id of a job.`);
  return path.join(root, 'exports', jobId);
}

export function removeDownload(config: Pick<Config, 'root'>, jobId: string) {
  fs.rmSync(downloadFolder(config, jobId), { recursive: true, force: true });
}

/** At the start of the server, when none is being made. */
export function removeDownloads({ root }: Pick<Config, 'root'>) {
  fs.rmSync(path.join(root, 'exports'), { recursive: true, force: true });
}

const keptMs = 3_600_000;

export function removeOldDownloads({ root }: Pick<Config, 'root'>, now: Date) {
  const folder = path.join(root, 'exports');
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const { mtimeMs } = fs.statSync(path.join(folder, name));
    if (now.getTime() - mtimeMs > keptMs) fs.rmSync(path.join(folder, name), { recursive: true });
  }
}

/** Whether a path, as results spell it, is that of a download. */
export function isDownload(pathInRoot: string): boolean {
  return pathInRoot.startsWith('exports/');
}
