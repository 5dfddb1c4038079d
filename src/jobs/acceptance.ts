// What a request to run an operation must meet before it becomes a job.
import { randomUUID } from 'node:crypto';
import { checkArguments } from '../core/arguments.ts';
import type { Audit, Requester } from '../core/audit.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import type { DiskReserve } from '../core/disk-reserve.ts';
import type { Args, Operation } from '../core/operation.ts';
import type { Job } from './job.ts';
import type { LockQueue } from './lock-queue.ts';
import { lockedError, requireConfirmation, stoppingError } from './refusals.ts';
import type { JobRepository } from './repository.ts';
import type { RunRequest } from './run-request.ts';

type Read = { operation: Operation; args: Args };

export type Acceptance = ReturnType<typeof createAcceptance>;

export function createAcceptance(given: {
  config: Config;
  catalogue: Catalogue;
  repository: JobRepository;
  lockQueue: LockQueue;
  audit: Audit;
  /** The library's present revision, which a plan is compared with. */
  libraryRevision: () => number;
  disk: Pick<DiskReserve, 'assertRoom'>;
}) {
  const { config, catalogue, repository, lockQueue, audit, libraryRevision, disk } = given;
  let isStopping = false;

  return {
    /** Throws `not_found`, `invalid_arguments`, `confirmation_required`, in this order. */
    read(request: RunRequest): Read {
      const operation = catalogue.get(request.operation);
      const checked = checkArguments(operation.args, request.args);
      const args = operation.check?.(checked, config) ?? checked;
      requireConfirmation(operation, args, request);
      return { operation, args };
    },

    /** Throws `plan_outdated` when the plan in the arguments does not hold any more. */
    async checkPlan({ operation, args }: Read) {
      await operation.checkPlan?.(args, { config, libraryRevision });
    },

    /** Inserts the job with its claims and its audit row. Throws `operation_locked`, `stopping`, `disk_full`. */
    accept({ operation, args }: Read, request: RunRequest, by: Requester): Job {
      const claims = operation.locks(args);
      const blocker = lockQueue.blockerOf(claims);
      if (blocker && request.whenLocked !== 'wait') throw lockedError(operation, blocker);
      if (isStopping) throw stoppingError();
      disk.assertRoom();
      const job = repository.insert({
        id: randomUUID(),
        operation: operation.name,
        mode: config.mode,
        requested_by: by.actor,
        request_id: by.requestId,
        reason: request.reason?.trim() || null,
        args,
        max_attempts: operation.retries.maxAttempts,
        retry_of: request.retryOf ?? null,
        claims,
      });
      const { number, reason, retry_of } = job;
      const detail = { operation: job.operation, args, retry_of };
      audit.record({ event: 'job.accepted', outcome: 'ok', by, target: `job:${number}`, reason, detail });
      return job;
    },

    /** From now on no new job is accepted. */
    stop() {
      isStopping = true;
    },
  };
}
