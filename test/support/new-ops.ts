// A new ops.db of this version. Its migrations take longer than the rest of opening both databases, so this process runs them
// once and copies the file. The library stays absent: a server writes the first sheets only beside a new one. Tests of
// migrations and of the program itself start without this file.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareOps } from '../../src/core/db/ops.ts';

let kept: Buffer | null = null;

/** Leaves a file that is there. */
export function writeNewOps(file: string) {
  if (fs.existsSync(file)) return;
  kept ??= makeOps();
  fs.writeFileSync(file, kept);
}

/** Closing the last connection moves the write-ahead log into the file. */
function makeOps(): Buffer {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-test-'));
  try {
    const file = path.join(folder, 'ops.db');
    prepareOps(file).close();
    return fs.readFileSync(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
