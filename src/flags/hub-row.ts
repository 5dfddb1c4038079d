import type { HubRow } from '../core/hub-row.ts';
import { describeFlags } from './describe-flag.ts';
import type { FlagContext } from './parts.ts';

export const flagsRow = ({ flags }: Pick<FlagContext, 'flags'>): HubRow => ({
  hub: 'settings',
  position: 45,
  icon: 'flag',
  name: 'Flags',
  href: '/settings/flags',
  dirtyOn: ['flags'],
  load: () => ({ sentence: describeFlags(flags.all()) }),
});
