// Waits for the end of a job whose result is the answer to a request.
import { once } from 'node:events';
import { isTerminal, type Job } from './job.ts';
import type { JobContext } from './parts.ts';

/** The end is durable when this settles. */
export async function untilEnded(
  { bus, jobs, repository }: Pick<JobContext, 'bus' | 'jobs' | 'repository'>,
  id: string,
): Promise<Job> {
  let job = jobs.find(id);
  for (; !isTerminal(job.status); job = jobs.find(id)) await once(bus, 'job');
  await repository.synced();
  return job;
}
