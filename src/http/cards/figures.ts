import type { JobStatus } from '../../jobs/job.ts';
import { percent } from '../../wording.ts';
import type { Services } from '../services.ts';
import type { Card } from './card.ts';

const dayMs = 86_400_000;

export const figuresCard: Card = {
  name: 'figures',
  host: 'ops-figures',
  path: '/ui/operations/figures',
  dirtyOn: ['job', 'library', 'index'],
  load({ counts, liveIndex, repository, now }) {
    const { pending, failed } = counts.queue();
    const index = liveIndex.truth();
    const recent = repository.countsSince(new Date(now().getTime() - dayMs));
    const jobs = (...statuses: JobStatus[]) =>
      statuses.reduce((sum, status) => sum + (recent[status] ?? 0), 0);
    return {
      pending: pending.total,
      failed: failed.total,
      embedding: embeddingRate(repository),
      index,
      behind: index.entries - index.fresh,
      coverage: index.entries > 0 ? percent(index.fresh, index.entries) : null,
      jobs: {
        all: Object.values(recent).reduce((sum, jobs) => sum + jobs, 0),
        failed: jobs('failed'),
        done: jobs('succeeded'),
        active: jobs('running', 'queued', 'retrying'),
      },
    };
  },
};

/** Entries a minute that a running job embeds now: null until it is measured, 0 when none embeds. */
function embeddingRate(repository: Services['repository']): number | null {
  const running = repository
    .active()
    .find(({ status, progress }) => status === 'running' && progress?.phase === 'embed');
  if (!running?.progress) return 0;
  return running.progress.rate === null ? null : Math.round(running.progress.rate * 60);
}
