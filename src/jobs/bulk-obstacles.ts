// Why a bulk verb does not fit a job. Destructive runs are never retried in bulk: they ask for reason and word.
import type { Catalogue } from '../core/catalogue.ts';
import { canCancel, canRetry, type Job } from './job.ts';
import type { JobRepository } from './repository.ts';

export const bulkActions = ['retry', 'cancel'] as const;
export type BulkAction = (typeof bulkActions)[number];

type Given = { repository: Pick<JobRepository, 'find' | 'retriedBy'>; catalogue: Catalogue };

/** Null when the verb fits the job now. */
export function findObstacle(given: Given, action: BulkAction, number: number): string | null {
  const job = given.repository.find(String(number));
  if (!job) return 'This job is no longer kept.';
  return action === 'cancel' ? obstacleToCancel(job) : obstacleToRetry(given, job);
}

function obstacleToRetry({ repository, catalogue }: Given, job: Job): string | null {
  if (!canRetry(job.status)) return `It is ${job.status}; only failed and cancelled jobs can be retried.`;
  if (repository.retriedBy(job.number) !== null) return 'It was retried before.';
  const operation = catalogue.find(job.operation);
  if (!operation) return `The operation ${job.operation} no longer exists.`;
  if (operation.danger(job.args) !== 'destructive') return null;
  return 'It needs a reason and its word again: retry it by itself.';
}

function obstacleToCancel({ status, cancel_requested_at }: Job): string | null {
  if (!canCancel(status)) return `It has already ended: ${status}.`;
  return cancel_requested_at === null ? null : 'It is being cancelled already.';
}
