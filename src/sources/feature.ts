// Sources: the sheets that an import can read, and files that are uploaded for one.
import type { Feature } from '../web/feature.ts';
import { createSourceParts } from './parts.ts';
import { entriesStep, sheetStep } from './setup-steps.ts';
import { sheetsRow } from './sheets-row.ts';
import { sourcesCheck } from './sources-check.ts';
import { sourceCard } from './web/source-card.ts';
import { sourcePage } from './web/source-page.ts';
import { importsHeldCard } from './web/imports-held-card.ts';
import { sourcesCard } from './web/sources-card.ts';
import { sourcesPage } from './web/sources-page.ts';
import { registerSourceRoutes } from './web/routes.ts';

export const sources: Feature<ReturnType<typeof createSourceParts>> = {
  name: 'sources',
  pages: [sourcesPage, sourcePage],
  create: createSourceParts,
  lifecycle: ({ headerReads, sheetRuns, sheetUploads, sourceChecks, sources }) => ({
    recover() {
      for (const source of sources.all()) sheetRuns.fill(source);
    },
    start: sheetUploads.start,
    startByHand: sheetUploads.runNow,
    async stop() {
      await Promise.all([sourceChecks.stop(), headerReads.stop()]);
      await sheetUploads.stop();
    },
  }),
  routes: registerSourceRoutes,
  cards: (ctx) => [sourcesCard(ctx), sourceCard(ctx), importsHeldCard(ctx)],
  checks: (ctx) => [sourcesCheck(ctx)],
  hubRows: (ctx) => [sheetsRow(ctx)],
  setupSteps: (ctx) => [entriesStep(ctx), sheetStep(ctx)],
};
