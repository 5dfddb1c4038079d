// Finds the process that holds the lock of a database, by the list of Linux. Opens none of its files: closing one drops
// SQLite's locks.
import fs from 'node:fs';

/** `process 4711 (sqlite3)`, or null when no other process is known to hold it. */
export function describeHolder(file: string): string | null {
  try {
    const inodes = [file, `${file}-shm`].flatMap((name) => inodeOf(name) ?? []);
    const held = fs.readFileSync('/proc/locks', 'utf8').split('\n').filter(isHeld);
    const pids = held.flatMap((line) => {
      const [, , , , pid, place] = line.trim().split(/\s+/);
      return inodes.includes(place?.split(':')[2] ?? '') ? [Number(pid)] : [];
    });
    const pid = pids.find((one) => one > 0 && one !== process.pid);
    if (pid === undefined) return null;
    return `process ${pid} (${fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`;
  } catch {
    return null;
  }
}

/** `1: POSIX  ADVISORY  WRITE 4711 fe:00:131 120 120`; a waiting one has an arrow behind its number. */
function isHeld(line: string): boolean {
  return /^\d+: POSIX +ADVISORY +WRITE /.test(line);
}

function inodeOf(file: string): string | null {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? String(stat.ino) : null;
}
