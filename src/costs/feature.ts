// Costs: the usage of each day, its price, and the budgets.
import type { Feature } from '../web/feature.ts';
import { budgetCheck } from './budget-check.ts';
import { costsOperation } from './costs-operation.ts';
import { costsFact, costsRow } from './hub-row.ts';
import { createCostParts } from './parts.ts';
import { registerCostsApi } from './web/costs-api.ts';
import { costsCard } from './web/costs-card.ts';
import { costsPage, registerCostsPage } from './web/costs-page.ts';
import { registerEnterForms } from './web/enter-forms.ts';

export const costs: Feature<ReturnType<typeof createCostParts>> = {
  name: 'costs',
  pages: [costsPage],
  create: createCostParts,
  lifecycle: ({ budgetStop, bus, costWatch }) => ({
    start() {
      budgetStop.start();
      costWatch.start();
    },
    async stop() {
      await Promise.all([budgetStop.stop(), costWatch.stop()]);
    },
    async catchUp({ operation }) {
      if (operation === costsOperation.name) bus.emit('costs');
    },
  }),
  routes(app, ctx) {
    registerCostsPage(app, ctx);
    registerEnterForms(app, ctx);
    registerCostsApi(app, ctx);
  },
  cards: (ctx) => [costsCard(ctx)],
  checks: (ctx) => [budgetCheck(ctx)],
  hubRows: (ctx) => [costsRow(ctx)],
  outlook: (ctx) => [costsFact(ctx)],
};
