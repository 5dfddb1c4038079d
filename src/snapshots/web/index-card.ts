import { leastRoleFor } from '../../jobs/refusals.ts';
import type { Role } from '../../core/role.ts';
import { formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { describeCanaries } from '../../index/canary-check.ts';
import type { IndexState } from '../../index/live.ts';
import { isOutdated, remedyOf } from '../../index/remedy.ts';
import type { SharedCard } from '../../web/card.ts';
import { downloadRole } from '../actions.ts';
import type { SnapshotContext } from '../parts.ts';
import { viewSnapshots } from './snapshots-view.ts';

/** The index in use, how far it is behind, and the uploaded snapshots. */
export const indexCard = (ctx: SnapshotContext): SharedCard => ({
  name: 'index',
  host: 'ops-index-card',
  path: '/ui/operations/index',
  // `library` is emitted when a job ends: the snapshot that it installed is no longer staged.
  dirtyOn: ['index', 'library'],
  load() {
    const index = ctx.liveIndex.indexState();
    const builtBy = index.job_id ? ctx.repository.find(index.job_id) : null;
    const behind = index.entries - index.fresh;
    const isOld = isOutdated(index, ctx.config);
    return {
      index,
      isOld,
      badge: isOld ? oldBadge : badgeOf(index.state, behind),
      states: (['fresh', 'stale', 'missing', 'failed'] as const).map((name) => ({
        name,
        entries: index[name],
      })),
      builtBy: builtBy?.number ?? null,
      canaries: describeCanaries(builtBy?.result ?? {}).trim(),
      canariesPage: url('/library/canaries'),
      remedy: remedyOf(index),
      snapshots: viewSnapshots(ctx),
      roles: {
        install: roleFor(ctx, 'snapshot'),
        rollback: roleFor(ctx, 'rollback'),
        download: downloadRole,
      },
    };
  },
});

function roleFor({ catalogue }: SnapshotContext, name: string): Role {
  const operation = catalogue.find(name);
  return operation ? leastRoleFor(operation, {}) : 'admin';
}

const oldBadge = { tone: 'warn', icon: 'tri', word: 'Old index' };

function badgeOf(state: IndexState['state'], behind: number) {
  return {
    ready: { tone: 'ok', icon: 'check', word: 'Ready' },
    behind: { tone: 'warn', icon: 'tri', word: `${formatNumber(behind)} behind` },
    broken: { tone: 'bad', icon: 'cross', word: 'Not usable' },
    none: { tone: 'idle', icon: 'clock', word: 'Not built yet' },
  }[state];
}
