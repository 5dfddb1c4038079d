// Maintenance windows: they hold back jobs, or every change, until their end.
import type { Feature } from '../web/feature.ts';
import { createMaintenanceParts } from './parts.ts';
import { bannerCard, formerCard, nowCard, startsCard, waitCard } from './web/cards.ts';
import { maintenanceRow } from './web/hub-row.ts';
import { registerMaintenanceApi } from './web/maintenance-api.ts';
import { registerWindowDialogs } from './web/window-dialogs.ts';
import { registerWindowPage, windowPage } from './web/window-page.ts';

export const maintenance: Feature<ReturnType<typeof createMaintenanceParts>> = {
  name: 'maintenance',
  pages: [windowPage],
  create: createMaintenanceParts,
  lifecycle: ({ windowClock }) => ({
    recover: windowClock.recover,
    start: windowClock.start,
    startByHand: windowClock.start,
    stop: windowClock.stop,
  }),
  holdsBack: ({ holdBack }) => holdBack,
  routes(app, ctx) {
    registerWindowPage(app, ctx);
    registerWindowDialogs(app, ctx);
    registerMaintenanceApi(app, ctx);
  },
  cards: (ctx) => [bannerCard(ctx), nowCard(ctx), startsCard(ctx), waitCard(ctx), formerCard(ctx)],
  hubRows: (ctx) => [maintenanceRow(ctx)],
};
