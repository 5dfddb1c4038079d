// Jobs that a test adds without running them, and the job repository alone, on a new ops.db, with a clock that the test
// controls.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Test } from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Claim, Job } from '../../src/jobs/job.ts';
import type { Ending } from '../../src/jobs/repository-moves.ts';
import { createJobRepository, type JobRepository, type NewJob } from '../../src/jobs/repository.ts';
import { makeFolder } from './folder.ts';

export const failure = { code: 'exited', message: 'It broke.', detail: null, stderr_tail: null } as const;
export const library: Claim = { name: 'library', mode: 'exclusive' };
export const nothingElse = () => {};

/** Adds a queued job. */
export function insertJob(repository: Pick<JobRepository, 'insert'>, given: Partial<NewJob> = {}): Job {
  return repository.insert({
    id: randomUUID(),
    operation: 'chore',
    mode: 'scripts',
    requested_by: 'ada',
    request_id: null,
    traceparent: null,
    reason: null,
    max_attempts: 1,
    retry_of: null,
    schedule: null,
    isMadeUp: false,
    args: {},
    claims: [],
    ignoresWindows: false,
    ...given,
  });
}

/** Starts the queued job and ends it at once, or after `pass`. */
export function endJob(
  repository: Pick<JobRepository, 'start' | 'finish'>,
  { id }: Job,
  status: Ending['status'],
  pass: (running: Job) => void = () => {},
) {
  const running = repository.start(id) as Job;
  pass(running);
  repository.finish(running, status === 'failed' ? { status, failure } : { status }, nothingElse);
}

export type Opened = ReturnType<typeof openRepository>;

export function openRepository(t: Test) {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { at: Date.parse('2026-08-01T10:00:00Z') };
  const repository = createJobRepository(ops, () => new Date(clock.at));
  const insert = (given: Partial<NewJob> = {}): Job =>
    insertJob(repository, {
      request_id: 'r1',
      max_attempts: 2,
      args: { count: 1 },
      claims: [library],
      ...given,
    });
  return { ops, clock, repository, insert };
}
