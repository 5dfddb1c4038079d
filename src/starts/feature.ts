// Starts: the history of server starts, and the page about this version.
import type { Feature } from '../web/feature.ts';
import { aboutRow } from './about-row.ts';
import { createStartParts } from './parts.ts';
import { restartsCheck } from './restarts-check.ts';
import { aboutPage, registerAbout } from './web/about-page.ts';
import { registerStartsApi } from './web/api.ts';

export const starts: Feature<ReturnType<typeof createStartParts>> = {
  name: 'starts',
  pages: [aboutPage],
  create: createStartParts,
  lifecycle: ({ startRecord, untilFree }) => ({
    recover: startRecord.recover,
    start: () => untilFree(startRecord.add),
    close: startRecord.end,
  }),
  routes(app, ctx) {
    registerAbout(app, ctx);
    registerStartsApi(app, ctx);
  },
  checks: (ctx) => [restartsCheck(ctx)],
  hubRows: (ctx) => [aboutRow(ctx)],
};
