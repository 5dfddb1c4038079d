import { url } from '../core/url.ts';
import type { Job } from '../jobs/job.ts';
import { foldWaiting } from '../operations/fold-waiting.ts';
import type { BackupsContext } from './parts.ts';

const words: Record<string, string> = { backup: 'Backing up', drill: 'Testing', restore: 'Restoring' };

/** The jobs that make, test or restore a backup now. */
export function activeJobs({ repository }: Pick<BackupsContext, 'repository'>): Job[] {
  return repository.active().filter(({ operation }) => Object.hasOwn(words, operation));
}

export function viewActive(ctx: Pick<BackupsContext, 'repository'>) {
  const { running, waiting, more } = foldWaiting(activeJobs(ctx));
  const jobs = [...running, ...waiting].map(({ operation, number, status }) => ({
    word: words[operation] ?? operation,
    number,
    isWaiting: status !== 'running',
    href: url(`/jobs/${number}`),
  }));
  return { jobs, more };
}
