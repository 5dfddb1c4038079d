// The one way to run, cancel, retry and find jobs. The job that a call returns is durable, except that of `enqueue`.
import type { Requester } from '../core/audit.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { Args, Operation } from '../core/operation.ts';
import type { Job } from './job.ts';
import type { Blocker, LockQueue } from './lock-queue.ts';
import type { JobRepository } from './repository.ts';
import type { RunRequest } from './run-request.ts';
import { scheduleClaims } from './schedule-claims.ts';
import type { Alongside, JobVerbs } from './verbs.ts';

export type Jobs = ReturnType<typeof createJobs>;

/** `untilFree` runs what writes ops.db, again while another process is writing it. */
export function createJobs(
  verbs: JobVerbs,
  repository: Pick<JobRepository, 'synced'>,
  lockQueue: LockQueue,
  untilFree: UntilFree,
) {
  return {
    /** `submit` for several runs in a row: they are durable once the `synced` of the repository settles. */
    enqueue,

    /** Checks arguments, plan, confirmation and locks, and gives the queued job. Throws `not_found`,
     *  `invalid_arguments`, `forbidden`, `confirmation_required`, `plan_outdated`, `maintenance`, `operation_locked`, `stopping`,
     *  `disk_full`, `busy`, and what `alongside` throws. */
    submit: (...call: Parameters<typeof enqueue>) => durably(enqueue(...call)),

    /** Cancels a waiting job; has the processes of a running one ended. Throws `not_found`, `not_cancellable`. */
    cancel: (idOrNumber: string, by: Requester): Promise<Job> =>
      durably(untilFree(() => verbs.cancel(idOrNumber, by))),

    /** A new job with the arguments of a failed or cancelled one. Throws `not_retryable`, and what `submit` throws. */
    retry: (...call: Parameters<JobVerbs['retry']>): Promise<Job> =>
      durably(untilFree(() => verbs.retry(...call))),

    /** Throws `stopping` or `disk_full` while no job can be accepted. */
    assertAccepting: verbs.assertAccepting,

    /** Throws `not_found`, and `pruned` for a job that was removed. */
    find: verbs.find,

    /** The job or window that a run with these arguments would have to wait for, as a run of `schedule` if it is given; null
     *  when it could start at once. */
    blockerOf: (operation: Operation, args: Args, schedule?: string): Blocker | null =>
      lockQueue.blockerOf([...operation.locks(args), ...scheduleClaims(schedule)]),

    /** The job or window that a queued job waits for. */
    waitsFor: (job: Job): Blocker | null => (job.status === 'queued' ? lockQueue.blockerAhead(job.id) : null),

    /** Whether a queued job waits only because as many jobs run as may run at once. */
    waitsForRoom: (job: Job): boolean => job.status === 'queued' && lockQueue.waitsForRoom(job.id),
  };

  async function enqueue(request: RunRequest, by: Requester, alongside?: Alongside): Promise<Job> {
    await verbs.assertPlan(request, by);
    return untilFree(() => verbs.enqueue(request, by, alongside));
  }

  async function durably<T>(work: Promise<T>): Promise<T> {
    const done = await work;
    await repository.synced();
    return done;
  }
}
