// Empties a cache. Its entries are made again when they are needed.
import type { AnyCache } from '../core/cache.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { cacheTarget, type FlushGiven, flushing } from './actions.ts';

type Given = Pick<Kernel, 'audit' | 'caches' | 'untilFree'>;

/** Throws `not_found`. */
export function findCache({ caches }: Pick<Kernel, 'caches'>, name: string): AnyCache {
  const cache = caches.find(name);
  if (cache) return cache;
  const names = caches.all().map((one) => one.name);
  throw new AppError(
    'not_found',
    `There is no cache ${JSON.stringify(name.slice(0, 40))}. There are: ${names.join(', ')}.`,
  );
}

/** Returns the number of removed entries. Throws `not_found`, and `confirmation_required` without a reason. */
export async function flushCache(given: Given, { name, reason, by }: FlushGiven): Promise<number> {
  const cache = findCache(given, name);
  assertConfirmed({ reason }, null);
  return given.untilFree(() => {
    const { entries, bytes } = cache.figures();
    given.audit.record({
      event: flushing.name,
      outcome: 'ok',
      by,
      target: cacheTarget(name),
      reason: reason?.trim() ?? null,
      detail: { before: { entries, bytes }, after: { entries: 0, bytes: 0 } },
    });
    return cache.clear();
  });
}
