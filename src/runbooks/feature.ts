// Runbooks, and their runs as checklists.
import type { Feature } from '../web/feature.ts';
import { runbooksRow } from './hub-row.ts';
import { createRunbookParts } from './parts.ts';
import { runbooksCheck } from './review-check.ts';
import { seededRunbooks } from './seeded-runbooks.ts';
import { runCard } from './web/run-card.ts';
import { registerRunPages, runPage } from './web/run-pages.ts';
import { registerRunbookPages, runbookPage, runbooksPage } from './web/runbook-pages.ts';
import { runbooksCard } from './web/runbooks-card.ts';
import { registerRunsApi } from './web/runs-api.ts';

export const runbooks: Feature<ReturnType<typeof createRunbookParts>> = {
  name: 'runbooks',
  pages: [runbooksPage, runbookPage, runPage],
  create: createRunbookParts,
  lifecycle: (ctx) => ({
    recover: () =>
      ctx.documents.seed(seededRunbooks).catch((error) => {
        ctx.log.error({ err: error }, 'the first runbooks could not be added');
      }),
    start: ctx.stepTicker.start,
    stop: ctx.stepTicker.stop,
  }),
  routes(app, ctx) {
    registerRunbookPages(app, ctx);
    registerRunPages(app, ctx);
    registerRunsApi(app, ctx);
  },
  cards: (ctx) => [runbooksCard(ctx), runCard(ctx)],
  checks: (ctx) => [runbooksCheck(ctx)],
  hubRows: (ctx) => [runbooksRow(ctx)],
};
