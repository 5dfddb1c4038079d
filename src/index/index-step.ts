import type { SetupStep } from '../core/hub-row.ts';
import type { IndexContext } from './parts.ts';

/** Entries that were imported just now are still being embedded. */
const enoughShare = 0.9;

export const indexStep = ({ liveIndex }: Pick<IndexContext, 'liveIndex'>): SetupStep => ({
  position: 20,
  title: 'Index covers the library',
  text: 'Workers embed each entry, so that searches find it by meaning.',
  href: '/operations#ops-index-card',
  isDone() {
    const { entries, fresh } = liveIndex.indexState();
    return fresh > 0 && fresh >= entries * enoughShare;
  },
  dirtyOn: ['index'],
});
