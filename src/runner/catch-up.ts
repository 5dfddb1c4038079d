// Before the end of a job is written, every reader must see what the job has changed: a job that is reported as ended while
// searches use the old index would be a false report.
import type { EndedJob } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';

/** Loading an index takes seconds. A reader that needs longer may be stuck, and must not keep a job running. */
const catchUpMaxMs = 60_000;

/** Resolves when the readers have caught up, or with a line in the server's log for each that failed or was not done after
 *  `maxMs`. Later readers may read from earlier ones, but do not depend on their success. Never rejects. */
export function createCatchUp({ catchUps, log }: Pick<Kernel, 'catchUps' | 'log'>, maxMs = catchUpMaxMs) {
  return async (ended: EndedJob) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${maxMs / 1000} s`)), maxMs);
    });
    for (const catchUp of catchUps())
      try {
        await Promise.race([catchUp(ended), late]);
      } catch (error) {
        log.warn({ err: error }, 'a job ended before every page could show its result');
      }
    clearTimeout(timer);
  };
}
