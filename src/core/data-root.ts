// The data folder: prepared at start, and watched while the server runs. A server whose folder was removed or replaced would
// go on writing to files that nobody can open again.
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from './errors.ts';

export type DataRoot = ReturnType<typeof watchDataRoot>;

const subfolders = ['sheets', 'uploads', 'backups', 'logs'];

/** Creates the folder and its subfolders for this user only. Throws `config` with the reason and the next step. */
export function prepareDataRoot(root: string) {
  for (const folder of [root, ...subfolders.map((name) => path.join(root, name))]) {
    try {
      makeFolder(folder);
      fs.accessSync(folder, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    } catch (error) {
      throw refuseFolder(folder, error as NodeJS.ErrnoException);
    }
  }
}

/** One by one: Node's own recursive mkdir loops for ever below /proc, and hides that a disk can only be read. */
function makeFolder(folder: string) {
  for (const one of ancestors(folder).reverse()) {
    try {
      if (!fs.existsSync(one)) fs.mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!statOf(one)?.isDirectory()) throw error;
    }
  }
}

/** Throws `config` for a file, a broken link, or a folder below one. Changes nothing. */
export function inspectDataRoot(root: string) {
  if (findBroken(root)) throw refuseFolder(root, new Error());
}

/** The reason why a data folder cannot be used, by the error of the system. */
export function refuseFolder(folder: string, error: NodeJS.ErrnoException): AppError {
  const next = 'Set CHL_EXPERIENCE_ROOT to a folder that you can write to.';
  return new AppError(
    'config',
    `The data folder cannot be used: ${folder} ${reasonOf(folder, error)}. ${next}`,
  );
}

function reasonOf(folder: string, { code, message }: NodeJS.ErrnoException): string {
  const broken = findBroken(folder);
  if (broken) {
    const what = isLink(broken) ? `a link to ${linkOf(broken)}, which is not a folder` : 'not a folder';
    return broken === folder ? `is ${what}` : `is below ${broken}, which is ${what}`;
  }
  if (code === 'EACCES' || code === 'EPERM') return `cannot be written by this user (${ownerOf(folder)})`;
  return reasons[code ?? ''] ?? `cannot be created or written (${code ?? message})`;
}

const reasons: Record<string, string> = {
  EROFS: 'is on a read-only file system',
  ENAMETOOLONG: 'has a name that is too long',
  ENOSPC: 'cannot be written, because its disk is full',
  EDQUOT: "cannot be written, because this user's share of its disk is full",
};

/** The folder or the ancestor of it that is a file or a link to no folder; null when there is none. */
function findBroken(folder: string): string | null {
  const isBroken = (one: string) => (statOf(one) ? !statOf(one)?.isDirectory() : isLink(one));
  return ancestors(folder).find(isBroken) ?? null;
}

function ancestors(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function isLink(file: string): boolean {
  try {
    return fs.lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
}

function linkOf(link: string): string {
  return path.resolve(path.dirname(link), fs.readlinkSync(link));
}

function ownerOf(folder: string): string {
  const user = process.getuid?.();
  for (const one of ancestors(folder)) {
    const stat = statOf(one);
    if (stat) return `it runs as user ${user}; ${one} belongs to user ${stat.uid}`;
  }
  return `it runs as user ${user}`;
}

/** `text`: with the next step. `isLost`: removed or replaced; else it cannot be written. */
type DataProblem = { file: string; isLost: boolean; text: string };

/** Remembers which folder and which files the server has opened. `lock`: the file whose lock keeps other servers out. */
export function watchDataRoot(root: string, databases: string[], lock: string) {
  const logs = databases.map((file) => `${file}-wal`).filter((file) => fs.existsSync(file));
  const opened = [
    ...watchAll('The data folder', [root]),
    ...watchAll('The database', databases),
    ...watchAll('The file', [...logs, lock]),
  ];

  /** A change to the folder or a file since the start; null when nothing has changed. */
  function findProblem(): DataProblem | null {
    for (const { what, file, identity } of opened) {
      const now = identityOf(file);
      const isReplaced = now !== null && now !== identity;
      if (now === null || isReplaced) {
        const text = `${what} ${file} was ${isReplaced ? 'replaced' : 'removed'} while the server was running. Stop the server, put the data back, e.g. from a backup, and start it again.`;
        return { file, isLost: true, text };
      }
      const refusal = refusalToWrite(file);
      if (refusal === null) continue;
      const next =
        refusal === 'EROFS'
          ? 'Its disk can only be read: check the disk and the system log, and make it writable again.'
          : `Make it writable again for user ${process.getuid?.()}.`;
      const text = `${what} ${file} cannot be written any more. Searches and pages still work. ${next}`;
      return { file, isLost: false, text };
    }
    return null;
  }

  return {
    findProblem,

    /** Throws `temporary` when nothing that is written now could be found later. */
    assertIntact() {
      const problem = findProblem();
      if (problem) throw new AppError('temporary', `${problem.text} Nothing was changed.`);
    },
  };
}

function watchAll(what: string, files: string[]) {
  return files.map((file) => ({ what, file, identity: identityOf(file) }));
}

/** The code of the system, or null. */
function refusalToWrite(file: string): string | null {
  try {
    fs.accessSync(file, fs.constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

function identityOf(file: string): string | null {
  const stat = statOf(file);
  return stat ? `${stat.dev}.${stat.ino}` : null;
}

function statOf(file: string): fs.Stats | null {
  try {
    return fs.statSync(file);
  } catch {
    return null;
  }
}
