// Which database files are known to be damaged. A page is read only when it is needed, so each start reads all of them once,
// and what a statement, a job or a thread meets later is remembered. Only a start forgets it, since a file is replaced while
// the server is stopped.
import fs from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import { isDamaged } from './check.ts';
import { checkInThread } from './check-thread.ts';
import { onDatabaseError } from './driver.ts';

export type Damage = ReturnType<typeof createDamage>;

/** The codes of damage, taken from the error itself: its words would be read from the databases again. */
const damageCodes = /^SQLITE_(CORRUPT|NOTADB)/;

/** A thread takes longer to start than less than this to read. */
const threadBytes = 8 * 1024 * 1024;

/** `files`: the databases of this server; damage of others is not its concern. */
export function createDamage(files: string[], now: () => Date) {
  const found = new Map<string, { file: string; since: string }>();
  const unlisten = onDatabaseError(({ code, file }) => noteIf(damageCodes.test(code ?? ''), file));
  const threads = new Set<Worker>();

  /** Remembers the error if it says that a database is damaged. */
  function note(error: unknown) {
    if (error instanceof AppError && error.code === 'database_damaged') noteFile(String(error.details?.file));
  }

  function noteFile(file: string) {
    if (files.includes(file) && !found.has(file)) found.set(file, { file, since: now().toISOString() });
  }

  function noteIf(damaged: boolean, file: string) {
    if (damaged) noteFile(file);
  }

  return {
    note,
    noteFile,
    found: () => [...found.values()],
    isChecking: () => threads.size > 0,

    /** Reads all of the files; a large one in a thread, which ends later. */
    checkAll() {
      for (const file of files) {
        if (fs.statSync(file).size < threadBytes) noteIf(isDamaged(file), file);
        else follow(checkInThread(file, noteIf));
      }
    },

    close() {
      unlisten();
      for (const thread of threads) void thread.terminate();
    },
  };

  function follow(thread: Worker) {
    threads.add(thread);
    thread.once('exit', () => threads.delete(thread));
  }
}
