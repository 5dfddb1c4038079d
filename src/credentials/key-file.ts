// Reads a file with a secret, which is no link and which nobody else may read. A refusal names the command that fixes it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { expandHome, shortenHome } from '../core/home.ts';
import { isOpenToOthers, maxSecretFileBytes, readLimited } from '../core/secret-file.ts';
import { userName } from '../core/user.ts';
import type { CredentialKind } from './credential-list.ts';
import { judgeKey } from './key-content.ts';

/** `email`: of the service account. */
export type KeyFile = { path: string; sha256: string; mode: number; email: string | null };

/** `message`: one sentence or more. `command`: fixes it, on this machine. */
type Problem = { message: string; command?: string };
export type ReadKey = KeyFile | { problem: Problem };

/** Reads a key file at a path that a person has written. Throws `invalid_arguments` for the field `path`. */
export function registerKeyFile(kind: CredentialKind, given: string): KeyFile {
  const place = readPath(given.trim());
  return typeof place === 'string' ? acceptKey(readKeyFile(kind, place), 'path') : refuse(place, 'path');
}

/** Gives the key or throws `invalid_arguments`; its details have the command. */
export function acceptKey(read: ReadKey, field: string): KeyFile {
  return 'problem' in read ? refuse(read.problem, field) : read;
}

function refuse({ message, command }: Problem, field: string): never {
  const details = { problems: [{ field, message }], ...(command ? { command } : {}) };
  throw new AppError('invalid_arguments', message, details);
}

/** The absolute path; a problem for one that leads elsewhere than it says. */
function readPath(given: string): string | Problem {
  if (given === '') return { message: 'Write the path of the key file, for example ~/keys/sheets.json.' };
  if (given.includes('\0')) return { message: 'The path has a character that no path has.' };
  if (!given.startsWith('/') && !given.startsWith('~/'))
    return { message: 'Write the whole path: it begins with / or ~/.' };
  if (given.split('/').includes('..')) return { message: 'Write the path without “..”.' };
  return path.normalize(expandHome(given));
}

/** Reads a file in use. Follows a link, as the users of the file do, because a link may have replaced it since. */
export function readUsedKeyFile(kind: CredentialKind, file: string): ReadKey {
  try {
    return readKeyFile(kind, fs.realpathSync(file), shortenHome(file));
  } catch {
    return readKeyFile(kind, file);
  }
}

/** `shown`: how messages call the file, which for an upload is its own name. */
export function readKeyFile(kind: CredentialKind, file: string, shown = shortenHome(file)): ReadKey {
  try {
    const real = fs.realpathSync(path.dirname(file));
    const isLink = fs.lstatSync(file).isSymbolicLink();
    if (isLink || path.join(real, path.basename(file)) !== file) return describeLink(file, shown);
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    try {
      return readOpened(kind, file, fd, shown);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    return { problem: describeFailure(error as NodeJS.ErrnoException, file, shown) };
  }
}

function readOpened(kind: CredentialKind, file: string, fd: number, shown: string): ReadKey {
  const stat = fs.fstatSync(fd);
  const problem = findProblem(stat, shown);
  if (problem) return { problem };
  const content = readLimited(fd);
  if (content.length > maxSecretFileBytes) return { problem: describeLarge(shown) };
  const judged = judgeKey(kind, content);
  if ('problem' in judged) return { problem: { message: `${shown} ${judged.problem}` } };
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path: file, sha256, mode: stat.mode & 0o777, email: judged.email };
}

function findProblem(stat: fs.Stats, shown: string): Problem | null {
  if (!stat.isFile())
    return { message: `${shown} is ${stat.isDirectory() ? 'a folder' : 'not a file'}. Name the key file.` };
  if (stat.uid !== (process.getuid?.() ?? stat.uid)) {
    const command = `sudo chown ${shellWord(userName)} ${shellWord(shown)}`;
    return { message: `${shown} belongs to another user. Run: ${command}`, command };
  }
  if (isOpenToOthers(stat)) {
    const command = `chmod 600 ${shellWord(shown)}`;
    const mode = formatMode(stat.mode);
    return { message: `Others can read ${shown} (mode ${mode}). Run: ${command}`, command };
  }
  return stat.size > maxSecretFileBytes ? describeLarge(shown) : null;
}

function describeLarge(shown: string): Problem {
  return { message: `${shown} is larger than 512 KiB, so it is not a key. Choose the key file.` };
}

/** `0600` */
export function formatMode(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

function describeLink(file: string, shown: string): ReadKey {
  const target = shortenHome(fs.realpathSync(file));
  return { problem: { message: `${shown} leads to ${target} through a link. Register ${target} itself.` } };
}

function describeFailure({ code }: NodeJS.ErrnoException, file: string, shown: string): Problem {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { message: `There is no file ${shown}. Check the path.` };
    case 'EACCES':
    case 'EPERM': {
      const command = `sudo chown ${shellWord(userName)} ${shellWord(shortenHome(file))}`;
      return { message: `This user may not read ${shown}. Run: ${command}`, command };
    }
    default:
      return { message: `${shown} cannot be read (${code ?? 'unknown error'}).` };
  }
}

/** A path as one word of a command: quoted where the shell would split or change it, except for its `~`. */
function shellWord(shown: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(shown)) return shown;
  const [start, rest] = shown.startsWith('~/') ? ['~/', shown.slice(2)] : ['', shown];
  return `${start}'${rest.replaceAll("'", `'\\''`)}'`;
}
