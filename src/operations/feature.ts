// Operations: the dialogs and API that run them, and the custom ones from operations.yaml.
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
  routes(app, ctx) {
    registerRunPages(app, ctx);
    registerOperationsApi(app, ctx);
  },
  cards: (ctx) => [controlsCard(ctx)],
  checks: (ctx) => [customOperationsCheck(ctx)],
};
