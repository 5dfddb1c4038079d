import type { SharedCard } from '../../web/card.ts';
import type { CostContext } from '../parts.ts';
import { viewCosts } from './cost-view.ts';

export const costsCard = (ctx: CostContext): SharedCard => ({
  name: 'costs',
  host: 'costs-card',
  path: '/ui/costs/card',
  dirtyOn: ['costs', 'settings', 'schedules'],
  load: () => ({ costs: viewCosts(ctx) }),
});
