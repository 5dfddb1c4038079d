// One job for each rendering of a form: the same form sent again within seconds, by a double click or a second try,
// is answered with the job of the first time.
import type { Job } from '../jobs/job.ts';

export type Once = ReturnType<typeof createOnce>;

/** Longer than a hand repeats a click, shorter than it takes to want the same thing again. */
const sameClickMs = 10_000;

export function createOnce(now: () => Date) {
  const jobs = new Map<string, { job: Promise<Job>; at: number }>();

  /** Runs `run`, unless the key has brought a job just now; a refused run may be tried again at once. */
  return async (key: string, run: () => Promise<Job>): Promise<Job> => {
    const at = now().getTime();
    for (const [old, entry] of jobs) if (at - entry.at >= sameClickMs) jobs.delete(old);
    const known = jobs.get(key);
    if (known) return known.job;
    const job = run();
    jobs.set(key, { job, at });
    job.catch(() => jobs.delete(key));
    return job;
  };
}
