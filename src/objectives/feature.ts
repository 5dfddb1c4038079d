// Objectives: what the console promises, and how much of it was kept.
import type { Feature } from '../web/feature.ts';
import { createObjectiveParts } from './parts.ts';

export const objectives: Feature<ReturnType<typeof createObjectiveParts>> = {
  name: 'objectives',
  create: createObjectiveParts,
};
