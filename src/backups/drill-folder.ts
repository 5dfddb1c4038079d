// The temporary folders of restore tests, below `tmp` in the data folder, where restores have theirs, too. A killed test leaves
// its own behind; the server removes it when no test runs.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';

type Root = Pick<Config, 'root'>;

const ofDrill = /^\.drill-([\w-]+)\.partial$/;
const ofJob = /^(?:\.drill-[\w-]+\.partial|restore-[\w-]+)$/;
/** A file that somebody still reads may come back under another name for a moment on a network disk. */
const gone = { recursive: true, force: true, maxRetries: 5 };

/** The folder of a job's test. */
export function drillFolder(config: Root, jobId: string): string {
  return path.join(folderOf(config), `.drill-${jobId || 'by-hand'}.partial`);
}

/** Blocks the thread: for scripts only. */
export function removeDrillFolder(folder: string) {
  fs.rmSync(folder, gone);
}

/** Before the first job starts: removes what killed tests and restores have left. */
export function removeLeftFolders(config: Root): Promise<void> {
  return removeAll(config, (name) => ofJob.test(name));
}

/** Removes the folders of tests whose job has ended. */
export function removeEndedFolders(config: Root, isRunning: (jobId: string) => boolean): Promise<void> {
  return removeAll(config, (name) => {
    const [, jobId] = ofDrill.exec(name) ?? [];
    return jobId !== undefined && !isRunning(jobId);
  });
}

async function removeAll(config: Root, isLeft: (name: string) => boolean) {
  const folder = folderOf(config);
  const names = await fs.promises.readdir(folder).catch(() => []);
  for (const name of names.filter(isLeft)) await fs.promises.rm(path.join(folder, name), gone);
}

function folderOf({ root }: Root): string {
  return path.join(root, 'tmp');
}
