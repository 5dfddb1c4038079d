/** Returns `compute`, a pure function of a text, with at most `max` results kept. Errors are thrown anew at each call. */
export function keepResults<T>(max: number, compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const result = compute(key);
    if (known.size >= max) known.clear();
    known.set(key, result);
    return result;
  };
}
