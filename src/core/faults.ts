// What an error of SQLite or of the file system means for people: which file it is about, and the way back. The words of the
// driver and stacks are for the log only.
import { isDiskFull } from './disk-reserve.ts';
import { AppError, type ErrorCode, isSystemError } from './errors.ts';

type Coded = { code?: unknown; file?: unknown; path?: unknown; dest?: unknown };

/** Facts about a database beyond the driver. A kind is a key of `sqliteFaults`; `kindOf` corrects one. `works`: what still
 *  works meanwhile, or empty; `next`: the way back, in place of the general next step. Sentences. */
export type Advice = {
  kindOf(kind: string): string;
  describe(kind: string): { works: string; next: string | null };
};
const advices = new Map<string, Advice>();

export function adviseOn(file: string, advice: Advice) {
  advices.set(file, advice);
}

/** Says what to do about a damaged database, beginning with a space. */
export function wayBack(file: string): string {
  return ` ${advices.get(file)?.describe('CORRUPT').next ?? damaged}`;
}

/** Null for any other error. `details` has `file`, where it is known; the error of the driver is the `cause`. */
export function toFault(error: unknown): AppError | null {
  return describe(error, (problem) => problem);
}

/** The refusal to open a database: `config`, and the code of the fault in `details`. */
export function toOpeningRefusal(error: unknown): AppError | null {
  const fault = describe(error, (problem) =>
    /^(cannot be|is locked)/.test(problem) ? problem : `cannot be opened: it ${problem}`,
  );
  if (!fault || error instanceof AppError) return fault;
  return new AppError('config', fault.message, fault.details, { cause: error });
}

function describe(error: unknown, word: (problem: string) => string): AppError | null {
  if (error instanceof AppError) return error;
  const { code, file, path: place, dest } = error as Coded;
  if (typeof code !== 'string') return null;
  const isSqlite = code.startsWith('SQLITE_');
  const isName = (one: unknown) => typeof one === 'string' && one !== '';
  const name = [file, dest ?? place].find(isName) as string | undefined;
  const advice = isSqlite && name !== undefined ? advices.get(name) : undefined;
  const given = isSqlite ? (code.split('_')[1] ?? '') : code;
  const kind = advice?.kindOf(given) ?? given;
  const known = isSqlite ? (sqliteFaults[kind] ?? unknownFault) : fileFaults[code];
  if (!known) return null;
  const [fault, problem, general] = known;
  const first = `${name ?? (isSqlite ? 'A database' : 'A file')} ${word(problem)}`;
  const { works = '', next = null } = advice?.describe(kind) ?? {};
  const sentences = [first, works, next ?? general];
  const message = sentences.filter((one) => one !== '').join(' ');
  return new AppError(fault, message, { code: fault, ...(name ? { file: name } : {}) }, { cause: error });
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

/** `next`: the next step. */
type Fault = [code: ErrorCode, problem: string, next: string];

const unknownFault: Fault = [
  'internal',
  'could not be used.',
  'Nothing was changed. Run npm run chl -- doctor to check it; the log of the server has the reason.',
];

const damaged =
  'Stop the server, move the file away together with its -wal and -shm files, and put a backup in its place.';
const busy = 'Nothing was changed. Try again in a few seconds.';
const permissions = 'Check the permissions of the file and of its folder.';

/** By the second word of the code, as `kindOf` corrects it: `SQLITE_IOERR_SHORT_READ` is `IOERR`.
 *  https://www.sqlite.org/rescode.html */
const sqliteFaults: Record<string, Fault> = {
  CORRUPT: ['database_damaged', 'is damaged: a part of it cannot be read.', damaged],
  NOTADB: [
    'database_damaged',
    'is damaged, or in a format that is not known: it cannot be read as a database.',
    damaged,
  ],
  BUSY: ['busy', 'is locked by another program or a job.', busy],
  LOCKED: ['busy', 'is locked by another program or a job.', busy],
  FULL: ['disk_full', 'cannot be written: its disk is full.', 'Free some space, then try again.'],
  ROFS: [
    'internal',
    'cannot be written: its disk can only be read.',
    'Check the disk and the system log, make the disk writable, then try again.',
  ],
  GONE: ['internal', 'cannot be opened: its folder does not exist.', 'Put the folder back, then try again.'],
  IOERR: [
    'internal',
    'could not be read or written: its disk reported an error.',
    'Check the disk and the system log, then try again.',
  ],
  CANTOPEN: ['internal', 'cannot be opened.', 'Check that the file and its folder exist and may be written.'],
  READONLY: ['internal', 'cannot be written by this user.', permissions],
  PERM: ['internal', 'cannot be used by this user.', permissions],
  AUTH: ['internal', 'cannot be used by this user.', permissions],
  NOMEM: ['internal', 'could not be used: the memory is full.', 'End other programs, then try again.'],
  TOOBIG: [
    'internal',
    'cannot hold a value that is so long.',
    'Nothing was changed. Shorten it, then try again.',
  ],
  SCHEMA: ['busy', 'was changed by another program meanwhile.', 'Try again.'],
  PROTOCOL: ['busy', 'is locked by another program or a job.', busy],
  CONSTRAINT: [
    'internal',
    'refused a change that breaks one of its rules.',
    'Nothing was changed. The log of the job or of the server has the rule.',
  ],
};

/** Errors of files; those of sockets are explained where they occur. */
const fileFaults: Record<string, Fault> = {
  ENOENT: ['internal', 'does not exist.', 'Create it or restore it, then try again.'],
  EACCES: ['internal', 'may not be used by this user.', 'Check its permissions, then try again.'],
  EPERM: ['internal', 'may not be changed by this user.', 'Check its owner and permissions, then try again.'],
  EROFS: ['internal', 'is on a disk that can only be read.', 'Make the disk writable, then try again.'],
  ENOSPC: ['disk_full', 'cannot be written: the disk is full.', 'Free some space, then try again.'],
  EDQUOT: [
    'disk_full',
    "cannot be written: this user's share of the disk is full.",
    'Free some space, then try again.',
  ],
  EIO: [
    'internal',
    'could not be read or written: its disk reported an error.',
    'Check the disk and the system log.',
  ],
  EMFILE: [
    'busy',
    'cannot be opened: too many files are open.',
    'Close other pages, or try again in a few seconds.',
  ],
  ENFILE: ['busy', 'cannot be opened: too many files are open.', 'Try again in a few seconds.'],
  ENOMEM: ['internal', 'could not be used: the memory is full.', 'End other programs, then try again.'],
  EISDIR: ['internal', 'is a folder, not a file.', 'Remove or rename it, then try again.'],
  ENOTDIR: [
    'internal',
    'is a file, or below one, where a folder is expected.',
    'Remove or rename that file, then try again.',
  ],
  ENOTEMPTY: ['internal', 'is a folder with files in it.', 'Remove them, then try again.'],
  EEXIST: ['internal', 'exists already.', 'Remove or rename it, then try again.'],
  ELOOP: ['internal', 'is a link that leads to itself.', 'Remove it, then try again.'],
  ENAMETOOLONG: ['internal', 'has a name that is too long.', 'Shorten it, then try again.'],
  EXDEV: ['internal', 'cannot be moved to another disk.', 'Keep both folders on one disk.'],
  EFBIG: ['internal', 'would be larger than its disk or a limit of this user allows.', ''],
  EBUSY: ['busy', 'is in use by another program.', 'Try again in a few seconds.'],
  ETXTBSY: ['busy', 'is being run by another program.', 'Try again when it has ended.'],
  ESTALE: ['internal', 'was lost by its network disk.', 'Check the disk, then try again.'],
};
