// Which database files are known to be damaged: a page is read only when it is needed, so /health remembers what a job or a
// request has met. Only a start forgets it, since a file is replaced while the server is stopped.
import { AppError } from '../errors.ts';

export type Damage = ReturnType<typeof createDamage>;

export function createDamage(now: () => Date) {
  const found = new Map<string, { file: string; message: string; since: string }>();
  return {
    /** Remembers the error if it says that a database is damaged. */
    note(error: unknown) {
      if (error instanceof AppError && error.code === 'database_damaged')
        this.noteFile(String(error.details?.file ?? 'A database'), error.message);
    },

    /** `message`: a sentence with the way back. */
    noteFile(file: string, message: string) {
      if (!found.has(file)) found.set(file, { file, message, since: now().toISOString() });
    },

    found: () => [...found.values()],
  };
}
