// A mark that changes with every change of the stored data, by this process or by another.
import type { Kernel } from '../core/kernel.ts';

/** Values that change with the time alone are at most this old. */
const periodMs = 10_000;

/** Returns a function that gives the mark of this moment. */
export function createDataMark({ ops, library, now }: Pick<Kernel, 'ops' | 'library' | 'now'>): () => string {
  const parts = [ops, library].flatMap((db) => [
    db.prepare<[], number>('SELECT total_changes()').pluck(),
    db.prepare<[], number>('PRAGMA data_version').pluck(),
  ]);
  return () => `${parts.map((part) => part.get()).join(' ')} ${Math.floor(now().getTime() / periodMs)}`;
}
