import type { Card } from '../../web/card.ts';
import { viewSnapshots } from './snapshots-view.ts';

export const indexCard: Card = {
  name: 'index',
  host: 'ops-index-card',
  path: '/ui/operations/index',
  // With `library` a job has ended: what it installed waits no longer.
  dirtyOn: ['index', 'library'],
  load(services) {
    const { liveIndex, repository } = services;
    const index = liveIndex.truth();
    const builtBy = index.job_id ? repository.find(index.job_id) : null;
    const behind = index.entries - index.fresh;
    return {
      index,
      builtBy: builtBy?.number ?? null,
      behind,
      toRepair: behind + index.orphans,
      snapshots: viewSnapshots(services),
    };
  },
};
