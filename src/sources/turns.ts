// Limits how many pieces of work run at once; the others wait in the order in which they came.

export function createTurns(max: number) {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  };
  return {
    /** Starts `work` in a later microtask at the earliest. */
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (taken < max) {
        taken += 1;
        await Promise.resolve();
      } else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
