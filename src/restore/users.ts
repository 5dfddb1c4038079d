// The processes that have a database open, or will: scripts and workers that a server has left, workers started by hand, and
// other programs. The lock of the data folder keeps servers and other commands out.
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { findMarkedProcesses, hasProc, nameOf } from '../runner/processes.ts';

/** Throws `temporary` while another process uses the file or is a child of a server of this data folder. */
export function assertUnused(file: string, { root, command }: { root: string; command: string }) {
  const pid = findMarkedProcesses(root)[0]?.pid ?? findOpener(file);
  if (pid !== null) throw refuseInUse(file, `process ${pid} (${nameOf(pid)})`, command);
}

export function refuseInUse(file: string, user: string, command: string): AppError {
  const message = `${path.basename(file)} is in use by ${user}. End it, then run ${command} again. Nothing was changed.`;
  return new AppError('temporary', message);
}

/** Null also where the system does not tell, as for processes of other users. */
function findOpener(file: string): number | null {
  if (!hasProc) return null;
  const wanted = new Set([file, `${file}-wal`, `${file}-shm`].flatMap((name) => identityOf(name) ?? []));
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = pids.find((pid) => listOpen(pid).some((one) => wanted.has(identityOf(one) ?? '')));
  return found === undefined ? null : Number(found);
}

function listOpen(pid: string): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  } catch {
    return [];
  }
}

function identityOf(file: string): string | null {
  try {
    const { dev, ino } = fs.statSync(file);
    return `${dev}.${ino}`;
  } catch {
    return null;
  }
}
