// Sources: the sheets that an import can read, and files that are uploaded for one.
import type { Feature } from '../web/feature.ts';
import { createSourceParts } from './parts.ts';
import { sourcesCard } from './web/sources-card.ts';
import { sourcesPage } from './web/sources-page.ts';
import { registerSourceRoutes } from './web/routes.ts';

export const sources: Feature<ReturnType<typeof createSourceParts>> = {
  name: 'sources',
  pages: [sourcesPage],
  create: createSourceParts,
  lifecycle: ({ sheetUploads }) => ({
    start: sheetUploads.start,
    startByHand: sheetUploads.runNow,
    stop: sheetUploads.stop,
  }),
  routes: registerSourceRoutes,
  cards: (ctx) => [sourcesCard(ctx)],
};
