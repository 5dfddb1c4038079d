import type { SharedCard } from '../../web/card.ts';
import type { SnapshotContext } from '../parts.ts';
import { viewSnapshots } from './snapshots-view.ts';

/** The index in use, how far it is behind, and the snapshots that are uploaded or wait. */
export const indexCard = (ctx: SnapshotContext): SharedCard => ({
  name: 'index',
  host: 'ops-index-card',
  path: '/ui/operations/index',
  // `library` is emitted when a job has ended: what it installed no longer waits.
  dirtyOn: ['index', 'library'],
  load() {
    const index = ctx.liveIndex.truth();
    const builtBy = index.job_id ? ctx.repository.find(index.job_id) : null;
    const behind = index.entries - index.fresh;
    return {
      index,
      builtBy: builtBy?.number ?? null,
      behind,
      toRepair: behind + index.orphans,
      snapshots: viewSnapshots(ctx),
    };
  },
});
