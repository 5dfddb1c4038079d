// What an error of SQLite or of the file system means for people: which file it is about, and the way back. The words of the
// driver and stacks are for the log only.
import path from 'node:path';
import { isDiskFull } from './disk-reserve.ts';
import { AppError, type ErrorCode, isSystemError } from './errors.ts';

type Coded = { code?: unknown; file?: unknown; path?: unknown; dest?: unknown };

/** Null for any other error. `details` has `file`, where it is known, and the `cause` as a code. */
export function toFault(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  const { code, file, path: place, dest } = error as Coded;
  if (typeof code !== 'string') return null;
  const isSqlite = code.startsWith('SQLITE_');
  const known = isSqlite ? sqliteFault(code) : fileFaults[code];
  if (!known) return null;
  const name = [file, dest ?? place].find((one) => typeof one === 'string' && one !== '') as
    | string
    | undefined;
  const subject = name ?? (isSqlite ? 'A database' : 'A file');
  const [kind, sentence] = known;
  const message = `${subject} ${sentence}${kind === 'database_damaged' ? wayBack(name) : ''}`;
  return new AppError(kind, message, { code: kind, cause: code, ...(name ? { file: name } : {}) });
}

/** The error as a fault of the file that was being written, if the disk is full or the error names none; any other error as
 *  it is. */
export function nameFile(error: unknown, file: string): unknown {
  const given = error as object;
  return toFault(isDiskFull(error) ? { ...given, file } : { file, ...given }) ?? error;
}

/** As `toFault`, and any other call that the system refused; null for a bug, whose stack is needed. */
export function toRefusal(error: unknown): AppError | null {
  return toFault(error) ?? (isSystemError(error) ? new AppError('config', `${error.message}.`) : null);
}

/** The message for people; a sentence of its own for an error of SQLite or of the file system. `file` names the file where
 *  the error does not. */
export function explain(error: unknown, file?: string): string {
  return (
    toFault(file === undefined ? error : { file, ...(error as object) }) ??
    (error instanceof Error ? error : new Error(String(error)))
  ).message;
}

type Fault = [ErrorCode, string];

function sqliteFault(code: string): Fault {
  const [, kind = ''] = code.split('_');
  return (
    sqliteFaults[kind] ?? [
      'internal',
      `could not be used (${code}). Nothing was changed. Run npm run chl -- doctor to check it.`,
    ]
  );
}

/** By the second word of the code: `SQLITE_IOERR_SHORT_READ` is `IOERR`. https://www.sqlite.org/rescode.html */
const sqliteFaults: Record<string, Fault> = {
  CORRUPT: ['database_damaged', 'is damaged: a part of it cannot be read.'],
  NOTADB: [
    'database_damaged',
    'is damaged, or in a format that is not known: it cannot be read as a database.',
  ],
  BUSY: ['busy', 'is busy. Nothing was changed. Try again in a few seconds.'],
  LOCKED: ['busy', 'is busy. Nothing was changed. Try again in a few seconds.'],
  FULL: ['disk_full', 'cannot grow: the disk is full. Free some space, then try again.'],
  IOERR: [
    'internal',
    'could not be read or written: its disk reported an error. Check the disk and the system log, then try again.',
  ],
  CANTOPEN: ['internal', 'cannot be opened. Check that the file and its folder exist and may be written.'],
  READONLY: ['internal', 'cannot be written. Check the permissions of the file and of its folder.'],
  PERM: ['internal', 'cannot be used. Check the permissions of the file and of its folder.'],
  AUTH: ['internal', 'cannot be used. Check the permissions of the file and of its folder.'],
  NOMEM: ['internal', 'could not be used: the memory is full. End other programs, then try again.'],
  TOOBIG: [
    'internal',
    'cannot hold a value that is so long. Nothing was changed. Shorten it, then try again.',
  ],
  SCHEMA: ['busy', 'was changed by another program meanwhile. Try again.'],
  PROTOCOL: ['busy', 'is busy. Nothing was changed. Try again in a few seconds.'],
  CONSTRAINT: [
    'internal',
    'refused a change that breaks one of its rules. Nothing was changed. The log of the job or of the server has the rule.',
  ],
};

/** Errors of files; those of sockets are explained where they occur. */
const fileFaults: Record<string, Fault> = {
  ENOENT: ['internal', 'does not exist. Create it or restore it, then try again.'],
  EACCES: ['internal', 'may not be used by this user. Check its permissions, then try again.'],
  EPERM: ['internal', 'may not be changed by this user. Check its owner and permissions, then try again.'],
  EROFS: ['internal', 'is on a disk that can only be read. Make the disk writable, then try again.'],
  ENOSPC: ['disk_full', 'cannot be written: the disk is full. Free some space, then try again.'],
  EDQUOT: [
    'disk_full',
    "cannot be written: this user's share of the disk is full. Free some space, then try again.",
  ],
  EIO: [
    'internal',
    'could not be read or written: its disk reported an error. Check the disk and the system log.',
  ],
  EMFILE: [
    'busy',
    'cannot be opened: too many files are open. Close other pages, or try again in a few seconds.',
  ],
  ENFILE: ['busy', 'cannot be opened: too many files are open. Try again in a few seconds.'],
  ENOMEM: ['internal', 'could not be used: the memory is full. End other programs, then try again.'],
  EISDIR: ['internal', 'is a folder, not a file. Remove or rename it, then try again.'],
  ENOTDIR: [
    'internal',
    'is a file, or below one, where a folder is expected. Remove or rename that file, then try again.',
  ],
  ENOTEMPTY: ['internal', 'is a folder with files in it. Remove them, then try again.'],
  EEXIST: ['internal', 'exists already. Remove or rename it, then try again.'],
  ELOOP: ['internal', 'is a link that leads to itself. Remove it, then try again.'],
  ENAMETOOLONG: ['internal', 'has a name that is too long. Shorten it, then try again.'],
  EXDEV: ['internal', 'cannot be moved to another disk. Keep both folders on one disk.'],
  EFBIG: ['internal', 'would be larger than its disk or a limit of this user allows.'],
  EBUSY: ['busy', 'is in use by another program. Try again in a few seconds.'],
  ETXTBSY: ['busy', 'is being run by another program. Try again when it has ended.'],
  ESTALE: ['internal', 'was lost by its network disk. Check the disk, then try again.'],
};

/** What to do about a damaged database, beginning with a space. */
export function wayBack(file: string | undefined): string {
  const name = file === undefined ? '' : path.basename(file);
  const stop = ' Stop the server, and move the file away together with its -wal and -shm files.';
  if (name.startsWith('ops'))
    return `${stop} The next start begins a new list of jobs; the library is not affected.`;
  return `${stop} Put a backup in its place: the folder backups has the library as it was before each import. Without a backup, start again and import the sheets.`;
}
