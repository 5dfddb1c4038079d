import type { SharedCard } from '../../web/card.ts';
import type { ObjectiveContext } from '../parts.ts';
import { viewObjectives } from './objectives-view.ts';

export const objectivesCard = (ctx: ObjectiveContext): SharedCard => ({
  name: 'objectives',
  host: 'objectives-card',
  path: '/ui/objectives/card',
  dirtyOn: ['objectives'],
  load: async () => viewObjectives(ctx.standings.all(), ctx.objectiveHistory(), await ctx.p95()),
});
