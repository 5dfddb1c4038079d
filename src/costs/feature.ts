// Costs: what was used a day, what it cost, and the budgets.
import type { Feature } from '../web/feature.ts';
import { createCostParts } from './parts.ts';

export const costs: Feature<ReturnType<typeof createCostParts>> = {
  name: 'costs',
  create: createCostParts,
};
