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

/** Entries a minute that a running job embeds now; 0 when none does. */
function embeddingRate(repository: Services['repository']): number {
  const running = repository.active().find((job) => job.progress?.phase === 'embed');
  return Math.round((running?.progress?.rate ?? 0) * 60);
}
