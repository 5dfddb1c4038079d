// Makes the submission of a form idempotent: a repeat with the same key within seconds gets the first result.
/** Longer than a double click, shorter than the time until the operator wants a second run. */
const sameClickMs = 10_000;

export function createIdempotency(now: () => Date) {
  const results = new Map<string, { result: Promise<unknown>; at: number }>();

  /** Calls `run` unless `key` has a recent result; a rejected run may be repeated at once. */
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
