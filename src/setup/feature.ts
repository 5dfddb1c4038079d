// Setup: the hub of all settings pages, with the checklist of what a new installation needs.
import { plural } from '../core/format.ts';
import type { Feature } from '../web/feature.ts';
import { eventsOf, hubCard } from '../web/hub.ts';
import { createSetupParts } from './parts.ts';
import { registerSetupApi } from './web/api.ts';
import { registerSettingsHub, settingsHub } from './web/page.ts';
import { setupCard } from './web/setup-card.ts';

export const setup: Feature<ReturnType<typeof createSetupParts>> = {
  name: 'setup',
  nav: { position: 7, label: 'Settings', href: settingsHub.path, key: ',' },
  navBadge: ({ checklist, setupSteps }) => ({
    tone: 'warn',
    describe: (count) => `${plural(count, 'step')} not set up`,
    count: checklist.openSteps,
    dirtyOn: eventsOf(setupSteps()),
  }),
  pages: [settingsHub],
  create: createSetupParts,
  routes(app, ctx) {
    registerSettingsHub(app);
    registerSetupApi(app, ctx);
  },
  cards: (ctx) => [hubCard(ctx, 'settings', 'Areas of settings'), setupCard(ctx)],
};
