// How many files, pipes and sockets this process may still open. Work that can wait or be refused asks first: a system call
// that fails without a descriptor leaves no clean way out.
import fs from 'node:fs';
import { AppError } from './errors.ts';

/** How many must be left for each use, with a margin for what starts at the same time. */
const needs = {
  /** Lasts for hours, so a job and requests must still be able to start. */
  stream: 20,
  /** Five pipes with both ends, the log, and those of the spawn itself. */
  job: 14,
  /** Its file, the thread that writes it, and the process that checks it. */
  upload: 20,
  /** Its event loop, two connections to the library, the index file. */
  searchThread: 12,
  /** A template or a file, beside its connection. */
  request: 3,
  /** One to accept, and one to refuse with. */
  connection: 2,
};
/** About 45 are open at rest; loading the modules at start takes twice that for a moment. */
const minLimit = 128;

type DescriptorUse = keyof typeof needs;

export type Descriptors = ReturnType<typeof createDescriptors>;

/** With more left than this an older count is used: an eighth of them cannot be taken during as many questions. */
const plenty = 1000;

/** The limit of a process, and how many descriptors it has open. */
type DescriptorUsage = { limit: number; countOpen: () => number };

/** Of this process. The limit is its soft one, which Node has raised to the hard one; infinite where it is unknown. */
export function openDescriptors(): DescriptorUsage {
  return { limit: readLimit(), countOpen };
}

export function createDescriptors({ limit, countOpen }: DescriptorUsage) {
  let left = limit;
  let questions = 0;
  return {
    hasRoomFor(use: DescriptorUse): boolean {
      if (limit === Number.POSITIVE_INFINITY) return true;
      questions -= 1;
      if (questions < 0) {
        left = limit - countOpen();
        questions = left > plenty ? Math.floor(left / 8) : 0;
      }
      return left >= needs[use];
    },
  };
}

/** Throws `config` when the limit is too low to load the server. */
export function assertEnoughDescriptors(limit: number) {
  if (limit >= minLimit) return;
  throw new AppError(
    'config',
    `A process may open only ${limit} files here; at least ${minLimit} are needed. Run "ulimit -n 1024" before it.`,
  );
}

function readLimit(): number {
  const file = '/proc/self/limits';
  if (!fs.existsSync(file)) return Number.POSITIVE_INFINITY;
  const [, soft] = /^Max open files\s+(\d+)/m.exec(fs.readFileSync(file, 'utf8')) ?? [];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Counting needs a descriptor itself: without one, all are open. */
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
