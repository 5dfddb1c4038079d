// Disks of their own for the files of a test, which can be filled or made read-only. Needs the right to mount.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';

const run = (name: string, ...args: string[]) => spawnSync(name, args).status === 0;

/** Whether this user may mount. */
export const mayMount = (() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-mount-'));
  const isMounted = run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder);
  if (isMounted) run('umount', folder);
  fs.rmdirSync(folder);
  return isMounted;
})();

/** Mounts a disk of that size, as `mount` writes it, at a new folder. */
export function mountDisk(t: Test, size: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-disk-'));
  run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'none', folder);
  // The disk stays in use until the server of the test has closed its files.
  t.teardown(() => {
    run('umount', '--lazy', folder);
    fs.rmdirSync(folder);
  });
  return folder;
}

/** From now on no byte is free there. */
export function fillDisk(folder: string) {
  const fd = fs.openSync(path.join(folder, 'filler'), 'w');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096, 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    fs.closeSync(fd);
  }
}

/** From now on files below the folder can be opened for reading only; those that are open stay as they are. */
export function makeReadOnly(t: Test, folder: string) {
  run('mount', '--bind', folder, folder);
  run('mount', '-o', 'remount,bind,ro', folder);
  t.teardown(() => run('umount', '--lazy', folder));
}

/** Makes each read of the file an error of its disk, until `end` or the end of the test. The file looks empty meanwhile. */
export function failReads(t: Test, file: string): { end(): void } {
  run('mount', '--bind', `/proc/${process.pid}/mem`, file);
  const end = () => void run('umount', '--lazy', file);
  t.teardown(end);
  return { end };
}
