import type { Cache } from '../core/cache.ts';

/** Returns `compute`, a pure function of a text, with its results kept in the cache. Errors are thrown anew at each call. */
export function keepResults<T>(
  cache: Pick<Cache<T>, 'get' | 'set'>,
  compute: (key: string) => T,
): (key: string) => T {
  return (key) => {
    const kept = cache.get(key);
    if (kept !== undefined) return kept;
    const result = compute(key);
    cache.set(key, result);
    return result;
  };
}
