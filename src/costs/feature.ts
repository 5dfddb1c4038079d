// Costs: what was used a day, what it cost, and the budgets.
import type { Feature } from '../web/feature.ts';
import { costsFact, costsRow } from './hub-row.ts';
import { createCostParts } from './parts.ts';
import { costsCard } from './web/costs-card.ts';
import { costsPage, registerCostsPage } from './web/costs-page.ts';

export const costs: Feature<ReturnType<typeof createCostParts>> = {
  name: 'costs',
  pages: [costsPage],
  create: createCostParts,
  routes(app, ctx) {
    registerCostsPage(app, ctx);
  },
  cards: (ctx) => [costsCard(ctx)],
  hubRows: (ctx) => [costsRow(ctx)],
  outlook: (ctx) => [costsFact(ctx)],
};
