// Operations: how an operator starts one, and the operations that come from their own file.
import type { Feature } from '../web/feature.ts';
import { customOperationsCheck } from './custom-check.ts';
import { createOperationParts, type OperationParts } from './parts.ts';
import { registerOperationsApi } from './web/api.ts';
import { controlsCard } from './web/controls-card.ts';
import { registerRunPages } from './web/run-pages.ts';

export const operations: Feature<OperationParts> = {
  name: 'operations',
  create: createOperationParts,
  lifecycle: ({ customOperations }) => ({
    start: customOperations.start,
    stop: customOperations.stop,
  }),
  routes(app, own) {
    registerRunPages(app, own);
    registerOperationsApi(app, own);
  },
  cards: (own) => [controlsCard(own)],
  checks: (own) => [customOperationsCheck(own)],
};
