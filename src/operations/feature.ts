// Operations: the dialogs and API that run them, and the custom ones from operations.yaml.
import type { Feature } from '../web/feature.ts';
import { customOperationsCheck } from './custom-operations.ts';
import { createOperationParts } from './parts.ts';
import { registerOperationsApi } from './web/api.ts';
import { controlsCard } from './web/controls-card.ts';
import { registerRunPages } from './web/run-pages.ts';

export const operations: Feature<ReturnType<typeof createOperationParts>> = {
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
  checks: ({ config, customOperations }) => [customOperationsCheck(config.operationsFile, customOperations)],
};
