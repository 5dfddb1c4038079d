// Makes what was written survive a power cut.
import fs from 'node:fs';

/** Of a file: its bytes. Of a folder: its list of names, such as after a rename. */
export function syncToDisk(place: string) {
  const fd = fs.openSync(place, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
