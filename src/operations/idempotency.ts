// Runs a form once for each rendering of it: sent again within seconds, by a double click or a second try, it is answered
// with the result of the first time.
/** Longer than a hand repeats a click, shorter than it takes to want the same thing again. */
const sameClickMs = 10_000;

export function createIdempotency(now: () => Date) {
  const results = new Map<string, { result: Promise<unknown>; at: number }>();

  /** Calls `run`, unless `key` has a recent result; a refused run may be tried again at once. */
  return async <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const at = now().getTime();
    for (const [old, entry] of results) if (at - entry.at >= sameClickMs) results.delete(old);
    const known = results.get(key);
    if (known) return known.result as Promise<T>;
    const result = run();
    results.set(key, { result, at });
    result.catch(() => results.delete(key));
    return result;
  };
}
