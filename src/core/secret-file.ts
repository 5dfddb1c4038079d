// Judges a file that holds a secret, which nobody but its owner may read.
import fs from 'node:fs';

/** Larger files are no keys. */
export const maxSecretFileBytes = 512 * 1024;

/** Why such a file cannot be used, to follow its name; null when it can. */
export function findSecretFileProblem(file: string): string | null {
  const stat = statOf(file);
  if (!stat) return '; there is no such file, or it cannot be reached.';
  if (!stat.isFile()) return ', which is not a file. Set it to the file with the key.';
  return isOpenToOthers(stat) ? `, to which other users have access. Run: chmod 600 ${file}` : null;
}

/** Whether anyone but the owner may read, write or run it. */
export function isOpenToOthers({ mode }: Pick<fs.Stats, 'mode'>): boolean {
  return (mode & 0o077) !== 0;
}

/** Follows links; undefined for a file that does not exist or cannot be reached. */
export function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}
