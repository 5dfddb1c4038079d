// Looks at a file of a backup without opening it: opening a pipe waits for its writer, and a link leads to a place that a copy of
// the backup would not have.
import fs from 'node:fs';
import path from 'node:path';
import { isSystemError } from '../core/errors.ts';
import { toFault } from '../core/faults.ts';
import { formatNumber } from '../core/format.ts';

/** Returns why it is no file of the backup, as words that follow its name. Throws an error that says nothing about the file. */
export async function lookAtFile(folder: string, name: string): Promise<fs.Stats | string> {
  return describeEntry(folder, name).catch((error) => whyUnreadable(error, path.join(folder, name)));
}

async function describeEntry(folder: string, name: string): Promise<fs.Stats | string> {
  const above = path.dirname(name);
  if (above !== '.' && (await look(path.join(folder, above)))?.isSymbolicLink())
    return ' is in a folder that is a link.';
  const stat = await look(path.join(folder, name));
  if (stat === null) return ' is missing.';
  if (stat.isFile()) return stat;
  return stat.isSymbolicLink() ? ' is a link.' : ' is not a file.';
}

/** Returns what is wrong, as words that follow the name of the file; null for a file of so many bytes. */
export async function findProblem(
  folder: string,
  { name, bytes }: { name: string; bytes: number },
): Promise<string | null> {
  const found = await lookAtFile(folder, name);
  if (typeof found === 'string') return found;
  if (found.size === bytes) return null;
  return ` has ${formatNumber(found.size)} bytes instead of ${formatNumber(bytes)}.`;
}

/** Null without such a file. Throws any other error. */
export async function look(file: string): Promise<fs.Stats | null> {
  return fs.promises.lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}

/** Troubles of this process or of a network, which pass. */
const passing = new Set(['EAGAIN', 'EINTR', 'ENOMEM', 'ESTALE', 'ETIMEDOUT']);

/** Why one file cannot be read, as words that follow its name. Throws an error that says nothing about the file. */
export function whyUnreadable(error: unknown, file: string): string {
  const fault = toFault({ ...(error as object), file });
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!isSystemError(error) || fault?.code === 'busy' || passing.has(code)) throw error;
  return fault ? fault.message.slice(file.length) : ` cannot be read: ${code}.`;
}
