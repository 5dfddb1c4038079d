// Makes the submission of a form idempotent: a repeat with the same key within seconds gets the first result.
import type { Caches } from '../core/cache.ts';

/** Longer than a double click, shorter than the time until the operator wants a second run. */
const sameClickMs = 10_000;
/** A result is a job or a few facts. */
const resultBytes = 2000;

export function createIdempotency(caches: Caches) {
  const results = caches.create<{ result: unknown }>('clicks', {
    reads: 'admin',
    about: 'The results of forms sent in the last ten seconds, so that a double click starts one job.',
    entries: 1000,
    bytes: 4 * 1024 * 1024,
    ttlMs: sameClickMs,
    sizeOf: () => resultBytes,
    show: ({ result }) => JSON.stringify(result) ?? '',
  });

  /** Calls `run` unless `key` has a recent result; a rejected run may be repeated at once. */
  return async <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const { result } = await results.through(key, async () => ({ result: await run() }));
    return result as T;
  };
}
