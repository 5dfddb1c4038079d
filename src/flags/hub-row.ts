import type { HubRow } from '../core/hub-row.ts';
import { shareOf } from './flag.ts';
import type { FlagContext } from './parts.ts';

export const flagsRow = ({ flags }: Pick<FlagContext, 'flags'>): HubRow => ({
  hub: 'settings',
  position: 45,
  icon: 'flag',
  name: 'Flags',
  href: '/settings/flags',
  dirtyOn: ['flags'],
  load() {
    const all = flags.all();
    const on = all.filter(({ state }) => shareOf(state) > 0).length;
    const stale = all.filter((one) => one.stale !== null).length;
    const counts = `${on} of ${all.length} on`;
    return { sentence: stale === 0 ? `${counts}.` : `${counts}, ${stale} stale.` };
  },
});
