// Files that are being made or removed, under hidden names that no other program writes: backups beside the others, and the copies
// of tests and restores below `tmp`. Each name says whose it is, so that nobody removes the files of one who still works: the job,
// or the process of a script that was started by hand.
import fs from 'node:fs';
import path from 'node:path';
import type { EndedJob } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { isBackupName, readCopyName, setFolder } from './set-files.ts';

type Place = Pick<Config, 'backupPath'>;
type Places = Pick<Config, 'backupPath' | 'root'>;

/** Matches unfinished sets, and unfinished copies with the files that SQLite adds. */
const partial = /^\.(.+)\.partial(?:\.(\d+))?(?:-journal|-wal|-shm)?$/;
const removed = /^\.(.+)\.removed$/;
const workName = /^(?:drill|restore)-[\w-]+$/;
const ofNoJob = /-by-hand(?:\.db)?$/;
/** A file that somebody still reads may come back under another name for a moment on a network disk. */
const gone = { recursive: true, force: true, maxRetries: 5 };

/** The path of a backup until it is finished. */
export function partialPath({ backupPath }: Place, id: string): string {
  return path.join(backupPath, hide(id));
}

/** The folder in which a job works with the files of a backup. */
export function workFolder(config: Pick<Config, 'root'>, kind: 'drill' | 'restore', jobId: string): string {
  return path.join(tmpOf(config), hide(`${kind}-${jobId || 'by-hand'}`));
}

/** Blocks the thread: for scripts only. */
export function removeWorkFolder(folder: string) {
  fs.rmSync(folder, gone);
}

/** Removes the files of a backup for good. They leave their name in one step, so no half of a backup is ever listed; false when
 *  somebody has removed them before. */
export async function removeBackup(place: Place, id: string): Promise<boolean> {
  const doomed = path.join(place.backupPath, `.${id}.removed`);
  await fs.promises.rm(doomed, gone);
  try {
    await fs.promises.rename(setFolder(place, id), doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await fs.promises.rm(doomed, gone);
  return true;
}

/** Removes the files that jobs and scripts have left. A failure is logged: it must not stop a start, nor the end of a job. */
export function createCleaning({ config, log }: Pick<Kernel, 'log'> & { config: Places }) {
  const reported = new Set<string>();
  return {
    /** Before any job starts: all but the files of scripts that run by hand. */
    all: () => clean(({ pid }) => pid === null || !isAlive(pid)),

    /** Once no process of the job is left, whatever its outcome. */
    afterJob: (job: EndedJob) =>
      clean((one) => (one.isRemoved ? job.operation === 'backup' : isMadeBy(job, one.name))),
  };

  async function clean(isLeft: (one: Hidden) => boolean) {
    for (const { folder, isOurs } of foldersOf(config)) {
      await attempt(folder, async () => {
        for (const one of await list(folder, isOurs))
          if (isLeft(one)) await attempt(one.place, () => fs.promises.rm(one.place, gone));
      });
    }
  }

  /** A failure keeps no other from its turn, and is reported once. */
  async function attempt(place: string, work: () => Promise<void>) {
    try {
      await work();
      reported.delete(place);
    } catch (err) {
      if (reported.has(place)) return;
      reported.add(place);
      log.warn({ err, place }, 'the unfinished files of a backup, a test or a restore could not be removed');
    }
  }
}

/** `name`: of what it was to become. `pid`: of a script that was started by hand. */
type Hidden = { place: string; name: string; pid: number | null; isRemoved: boolean };

function foldersOf({ backupPath, root }: Places) {
  return [
    { folder: backupPath, isOurs: isBackupName },
    { folder: tmpOf({ root }), isOurs: (name: string) => workName.test(name) },
  ];
}

async function list(folder: string, isOurs: (name: string) => boolean): Promise<Hidden[]> {
  const entries = await fs.promises.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.flatMap((entry) => {
    const doomed = removed.exec(entry);
    const [, name = '', pid] = doomed ?? partial.exec(entry) ?? [];
    if (!isOurs(name)) return [];
    const place = path.join(folder, entry);
    return [{ place, name, pid: pid === undefined ? null : Number(pid), isRemoved: doomed !== null }];
  });
}

/** The name of a set ends with the number of its job, that of a copy with the begin of its id. */
function isMadeBy({ id, number }: EndedJob, name: string): boolean {
  const copy = readCopyName(name);
  if (copy) return copy.job === id.slice(0, 8);
  return workName.test(name) ? name.endsWith(`-${id}`) : /^\d{8}T/.test(name) && name.endsWith(`Z-${number}`);
}

function hide(name: string): string {
  return ofNoJob.test(name) ? `.${name}.partial.${process.pid}` : `.${name}.partial`;
}

function tmpOf({ root }: Pick<Config, 'root'>): string {
  return path.join(root, 'tmp');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
