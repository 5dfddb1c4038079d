// Audit: the pages, the API and the exports of the audit log, and what the last check of its chain has said.
import type { Feature } from '../web/feature.ts';
import { auditRow } from './hub-row.ts';
import { createAuditParts } from './parts.ts';
import { registerAuditApi } from './web/api.ts';
import { auditPage, auditRowPage, registerAuditPages } from './web/audit-page.ts';
import { chainCard } from './web/chain-card.ts';

export const audit: Feature<ReturnType<typeof createAuditParts>> = {
  name: 'audit',
  pages: [auditPage, auditRowPage],
  create: createAuditParts,
  routes(app, ctx) {
    registerAuditPages(app, ctx);
    registerAuditApi(app, ctx);
  },
  cards: (ctx) => [chainCard(ctx)],
  hubRows: (ctx) => [auditRow(ctx)],
  lifecycle: ({ headKeeper }) => ({
    start: headKeeper.start,
    stop: headKeeper.stop,
    afterStop: headKeeper.end,
  }),
  checks: ({ chainCheck }) => [chainCheck],
};
