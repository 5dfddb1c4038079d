/** Waits for `work`, but not longer than `maxMs`. Null when it takes longer; it goes on meanwhile. */
export async function inTime<T>(work: Promise<T>, maxMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), maxMs).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
