// Traces: where the time of requests, jobs and statements goes.
import type { Feature } from '../web/feature.ts';
import { createTraceParts } from './parts.ts';
import { registerHunt } from './web/hunt.ts';
import { jobTracePart } from './web/job-part.ts';
import { keptPage, registerKeptPage } from './web/kept-page.ts';
import { slowRequestsCard } from './web/slow-requests-card.ts';
import { slowStatementsCard } from './web/slow-statements-card.ts';
import { registerTracePage, tracePage } from './web/trace-page.ts';
import { registerTracesApi } from './web/traces-api.ts';

export const traces: Feature<ReturnType<typeof createTraceParts>> = {
  name: 'traces',
  pages: [keptPage, tracePage],
  create: createTraceParts,
  lifecycle: ({ statements, hunt }) => ({
    start: statements.start,
    stop: statements.stop,
    close: hunt.close,
  }),
  routes(app, ctx) {
    registerKeptPage(app, ctx);
    registerTracePage(app, ctx);
    registerTracesApi(app, ctx);
    registerHunt(app, ctx);
  },
  onAnswered: ({ keep }) => keep,
  cards: (ctx) => [slowRequestsCard(ctx), slowStatementsCard(ctx)],
  jobParts: () => [jobTracePart],
};
