import type { HubRow } from '../core/hub-row.ts';
import { describeFigures } from './describe.ts';
import type { RequestContext } from './parts.ts';

export const requestsRow = ({ latestDay }: Pick<RequestContext, 'latestDay'>): HubRow => ({
  hub: 'activity',
  position: 40,
  icon: 'pulse',
  name: 'Requests',
  href: '/requests',
  dirtyOn: ['sample'],
  load: async () => ({ sentence: describeFigures(await latestDay(), '24 h') }),
});
