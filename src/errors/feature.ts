// Errors in groups, with the decisions of people on them.
import type { Feature } from '../web/feature.ts';
import { errorsRow } from './hub-row.ts';
import { createErrorParts } from './parts.ts';
import { registerErrorsApi } from './web/errors-api.ts';
import { errorsCard } from './web/errors-card.ts';
import { jobErrorPart } from './web/job-part.ts';
import { errorPage, errorsPage, registerErrorPages } from './web/error-pages.ts';

export const errors: Feature<ReturnType<typeof createErrorParts>> = {
  name: 'errors',
  pages: [errorsPage, errorPage],
  create: createErrorParts,
  lifecycle: ({ collector }) => ({
    start: collector.start,
    stop: collector.stop,
    afterStop: collector.end,
  }),
  routes(app, ctx) {
    registerErrorPages(app, ctx);
    registerErrorsApi(app, ctx);
  },
  jobParts: (ctx) => [jobErrorPart(ctx)],
  cards: (ctx) => [errorsCard(ctx)],
  hubRows: (ctx) => [errorsRow(ctx)],
};
