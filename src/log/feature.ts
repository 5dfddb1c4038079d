// The log: search and live follow of the lines that the log store keeps.
import type { Feature } from '../web/feature.ts';
import { logRow } from './hub-row.ts';
import { createLogParts } from './parts.ts';
import { registerLogApi } from './web/api.ts';
import { logStateCard, newestLineCard } from './web/cards.ts';
import { logPage, registerLogPage } from './web/log-page.ts';

export const log: Feature<ReturnType<typeof createLogParts>> = {
  name: 'log',
  pages: [logPage],
  create: createLogParts,
  routes(app, ctx) {
    registerLogPage(app, ctx);
    registerLogApi(app, ctx);
  },
  cards: (ctx) => [logStateCard(ctx), newestLineCard(ctx)],
  hubRows: (ctx) => [logRow(ctx)],
};
