import { viewJob } from '../job-view.ts';
import type { Card } from '../../web/card.ts';

const shown = 10;

export const jobsCard: Card = {
  name: 'jobs',
  host: 'ops-jobs-card',
  path: '/ui/operations/jobs',
  dirtyOn: ['job'],
  load(services) {
    const { repository, listing } = services;
    return { jobs: repository.newest(shown).map((job) => viewJob(services, job)), total: listing.total() };
  },
};
