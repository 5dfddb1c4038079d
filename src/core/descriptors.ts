// How many files, pipes and sockets this process may still open. Whoever can wait or refuse asks before it takes one of
// the last: a system call that fails for want of a descriptor cannot be answered with words.
import fs from 'node:fs';
import { AppError } from './errors.ts';

/** How many must be left for each: what a start takes for a moment, and what others need at the same time. */
const needs = {
  /** Lasts for hours, so it must leave enough for a job that starts and for requests meanwhile. */
  stream: 20,
  /** Five pipes with both ends, the log, and what a spawn takes itself. */
  job: 14,
  /** Its file, the loop of the thread that writes it, and the process that checks it. */
  upload: 20,
  /** Its loop, its two connections to the library, the file of the index. */
  searchThread: 12,
  /** Besides its connection a request reads a template or a file. */
  request: 3,
  /** One more to take, and one to say no with. */
  connection: 2,
};
/** At rest about 45 are open; the start, which loads many modules at once, takes twice that for a moment. */
const least = 128;

type DescriptorUse = keyof typeof needs;

export type Descriptors = ReturnType<typeof createDescriptors>;

/** With so many left a count may be older: nothing takes an eighth of them in the time of as many questions. */
const plenty = 1000;

/** `limit` and `count` are those of this process, where the system tells; elsewhere there is always room. */
export function createDescriptors(limit = readLimit(), count = countOpen) {
  let left = limit;
  let questions = 0;
  return {
    hasRoomFor(use: DescriptorUse): boolean {
      if (limit === Number.POSITIVE_INFINITY) return true;
      questions -= 1;
      if (questions < 0) {
        left = limit - count();
        questions = left > plenty ? Math.floor(left / 8) : 0;
      }
      return left >= needs[use];
    },
  };
}

/** Throws `config` when the server could not even be loaded. */
export function assertEnoughDescriptors(limit = readLimit()) {
  if (limit >= least) return;
  throw new AppError(
    'config',
    `A process may open only ${limit} files here; at least ${least} are needed. Run "ulimit -n 1024" before it.`,
  );
}

/** The soft limit. Node has raised it to the hard one. */
function readLimit(): number {
  const file = '/proc/self/limits';
  if (!fs.existsSync(file)) return Number.POSITIVE_INFINITY;
  const [, soft] = /^Max open files\s+(\d+)/m.exec(fs.readFileSync(file, 'utf8')) ?? [];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Counting takes one itself: when there is none left, all are open. */
function countOpen(): number {
  try {
    return fs.readdirSync('/proc/self/fd').length;
  } catch (error) {
    if (isOutOfDescriptors(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

export function isOutOfDescriptors(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
