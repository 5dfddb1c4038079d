// Counts the files, pipes and sockets that this process may still open. Work that can wait or be refused asks first,
// because a system call that fails without a descriptor leaves no clean way out.
import fs from 'node:fs';
import { AppError } from './errors.ts';

/** How many must be left for each use, with a margin for work that starts at the same time. */
const needs = {
  /** Lasts for hours, so a job and requests must still be able to start. */
  stream: 20,
  /** Five pipes with both ends, the log, and the descriptors of the spawn itself. */
  job: 14,
  /** Its file, the thread that writes it, and the process that checks it. */
  upload: 20,
  /** Its event loop, two connections to the library, the index file. */
  searchThread: 12,
  /** A template or a file, beside its connection. */
  request: 3,
  /** One to accept the connection, and one to refuse it. */
  connection: 2,
};
/** About 45 are open at rest; loading the modules at start takes over four times that for a moment. */
const minLimit = 256;

type DescriptorUse = keyof typeof needs;

export type Descriptors = ReturnType<typeof createDescriptors>;

/** Above this a count is reused for as many calls as an eighth of the descriptors left. */
const cacheAbove = 1000;

/** The limit of a process, and how many descriptors it has open. */
type DescriptorUsage = { limit: number; countOpen: () => number };

/** Of this process. The limit is the soft limit, which Node raises to the hard one; infinite when unknown. */
export function openDescriptors(): DescriptorUsage {
  return { limit: readLimit(), countOpen };
}

export function createDescriptors({ limit, countOpen }: DescriptorUsage) {
  let left = limit;
  let callsUntilCount = 0;
  return {
    hasRoomFor(use: DescriptorUse): boolean {
      if (limit === Number.POSITIVE_INFINITY) return true;
      callsUntilCount -= 1;
      if (callsUntilCount < 0) {
        left = limit - countOpen();
        callsUntilCount = left > cacheAbove ? Math.floor(left / 8) : 0;
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
    `This process may open only ${limit} files; it needs at least ${minLimit}. Run "ulimit -n 1024", then start it again.`,
  );
}

function readLimit(): number {
  const file = '/proc/self/limits';
  if (!fs.existsSync(file)) return Number.POSITIVE_INFINITY;
  const [, soft] = /^Max open files\s+(\d+)/m.exec(fs.readFileSync(file, 'utf8')) ?? [];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Counting needs a descriptor itself; when that fails, none are left. */
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
