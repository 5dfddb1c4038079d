// Databases: their sizes and tables, and the operations that check and compact them.
import type { Feature } from '../web/feature.ts';
import { databasesRow } from './hub-row.ts';
import { lastChecksCheck } from './last-checks-check.ts';
import { createDatabaseParts } from './parts.ts';
import { registerDatabasesApi } from './web/api.ts';
import { databasesCard } from './web/databases-card.ts';
import { databasesPage, registerDatabasesPage } from './web/page.ts';

export const databases: Feature<ReturnType<typeof createDatabaseParts>> = {
  name: 'databases',
  pages: [databasesPage],
  create: createDatabaseParts,
  lifecycle: ({ busyCounter }) => ({ close: busyCounter.close }),
  routes(app, ctx) {
    registerDatabasesPage(app);
    registerDatabasesApi(app, ctx);
  },
  cards: (ctx) => [databasesCard(ctx)],
  hubRows: (ctx) => [databasesRow(ctx)],
  checks: (ctx) => [lastChecksCheck(ctx)],
};
