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

/** Aborts the signal of `work` with a `TimeoutError` after `maxMs`, or with the reason of `stopped`. The timer holds the signal: in
 *  Node 20 the garbage collector takes an `AbortSignal.timeout` that only an `AbortSignal.any` knows, which then never ends. */
export async function withTimeLimit<T>(
  maxMs: number,
  stopped: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const end = () => limit.abort(new DOMException(`It took over ${maxMs} ms.`, 'TimeoutError'));
  const stop = () => limit.abort(stopped.reason);
  const timer = setTimeout(end, maxMs);
  stopped.addEventListener('abort', stop);
  if (stopped.aborted) stop();
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', stop);
  }
}
