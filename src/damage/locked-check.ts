// Checks that no other program keeps a database locked: whatever writes it would wait, then fail.
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { isBusy } from '../core/db/busy-retry.ts';
import type { Db } from '../core/db/open.ts';
import type { Kernel } from '../core/kernel.ts';
import { describeHolder } from './lock-holder.ts';

export const lockedHead = { id: 'database-locks', component: 'database', title: 'Database locks' };

type Given = Pick<Kernel, 'config' | 'library' | 'ops' | 'now'>;

export function lockedCheck({ config, library, ops, now }: Given): Check {
  const since = new Map<Db, Date>();
  return {
    ...lockedHead,
    everySec: 10,
    dirtyOn: ['sample'],
    look() {
      const locked = [library, ops].filter((db) => noteLock(db, since, now()));
      const isLong = (db: Db) => now().getTime() - (since.get(db)?.getTime() ?? 0) >= config.checks.lockedMs;
      const names = locked.map(({ name }) => path.basename(name)).join(' and ');
      return {
        says:
          names === ''
            ? 'No other program has locked a database'
            : `${names} locked by another program just now`,
        found: locked
          .filter(isLong)
          .map((db) => describeLock(db.name, since.get(db) ?? now(), config.checks.lockedMs)),
      };
    },
  };
}

/** Whether it is locked. Takes the lock for a moment, and writes nothing. */
function noteLock(db: Db, since: Map<Db, Date>, now: Date): boolean {
  try {
    db.transaction(() => {}).immediate();
  } catch (error) {
    if (!isBusy(error)) throw error;
    if (!since.has(db)) since.set(db, now);
    return true;
  }
  since.delete(db);
  return false;
}

function describeLock(file: string, since: Date, heldMs: number): Found {
  const holder = describeHolder(file);
  const next =
    holder === null
      ? 'Find the program that has it open, and wait until it has ended, or end it.'
      : `It is held by ${holder}: wait until that has ended, or end it.`;
  return {
    subject: path.basename(file),
    severity: 'error',
    title: `Jobs fail: ${path.basename(file)} is locked by another program`,
    text: `${file} has been locked for more than ${heldMs / 1000} s. Searches and pages still work. ${next}`,
    stops: ['all operations'],
    since: since.toISOString(),
  };
}
