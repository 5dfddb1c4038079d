// The files of downloads: each in a folder of its job, `<root>/exports/<job>`, until it is sent or the server starts again.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import type { Format } from './exported-rows.ts';

const endings: Record<Format, string> = { csv: '.zip', xlsx: '.xlsx' };

export function downloadName(format: Format): string {
  return `library${endings[format]}`;
}

export function downloadFolder({ root }: Pick<Config, 'root'>, jobId: string): string {
  if (!/^[\w-]+$/.test(jobId)) throw new Error(`${JSON.stringify(jobId)} is not the id of a job.`);
  return path.join(exportsFolder(root), jobId);
}

export function removeDownload(config: Pick<Config, 'root'>, jobId: string) {
  fs.rmSync(downloadFolder(config, jobId), { recursive: true, force: true });
}

/** At the start of the server, when no download is being made or sent. */
export function removeDownloads({ root }: Pick<Config, 'root'>) {
  fs.rmSync(exportsFolder(root), { recursive: true, force: true });
}

function exportsFolder(root: string): string {
  return path.join(root, 'exports');
}
