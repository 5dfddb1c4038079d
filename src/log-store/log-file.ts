import path from 'node:path';

/** The file of the log store in a data folder. */
export function logFileOf(root: string): string {
  return path.join(root, 'log.db');
}
