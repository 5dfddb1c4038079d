// Checks: looks at every component, keeps what it finds, and shows it.
import type { Feature } from '../web/feature.ts';
import { clockCheck } from './clock-check.ts';
import { installationChecks } from './installation/installation-checks.ts';
import { createCheckParts } from './parts.ts';
import { selfAttackCheck } from './web/self-attack-check.ts';
import { streamCheck } from './stream-check.ts';
import { registerChecksApi } from './web/api.ts';
import { checksCard, probesCard } from './web/cards.ts';
import { registerHealth } from './web/health.ts';
import { checksFact, checksRow } from './web/hub-row.ts';
import { checksPage, registerChecksPages } from './web/pages.ts';

export const checks: Feature<ReturnType<typeof createCheckParts>> = {
  name: 'checks',
  pages: [checksPage],
  create: createCheckParts,
  lifecycle: ({ checker }) => ({ start: checker.start, catchUp: checker.confirm, stop: checker.stop }),
  routes(app, ctx) {
    registerHealth(app, ctx);
    registerChecksApi(app, ctx);
    registerChecksPages(app, ctx);
  },
  cards: (ctx) => [checksCard(ctx), probesCard(ctx)],
  checks: (ctx) => [
    streamCheck(ctx),
    clockCheck({ ...ctx, steadyNow: () => performance.now() }),
    selfAttackCheck(ctx.ownAddress),
    ...installationChecks(ctx.config, ctx.countUsage, ctx),
  ],
  hubRows: (ctx) => [checksRow(ctx)],
  outlook: (ctx) => [checksFact(ctx)],
};
