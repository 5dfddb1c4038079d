// Setup: the hub of all settings pages, with the checklist of what a new installation needs.
import { plural } from '../core/format.ts';
import type { Feature } from '../web/feature.ts';
import { eventsOf } from '../web/hub.ts';
import { defineHub } from '../web/hub-page.ts';
import { createSetupParts, type SetupParts } from './parts.ts';
import { readSetup, setupSchema } from './web/setup-body.ts';
import { setupCard } from './web/setup-card.ts';

const hub = defineHub<SetupParts>({
  hub: 'settings',
  title: 'Settings',
  template: 'setup/settings-page',
  cards: ['setup'],
  api: {
    path: '/api/v1/setup',
    summary: 'The setup checklist, and the areas of settings.',
    facts: { schema: setupSchema, read: readSetup },
  },
});

export const setup: Feature<SetupParts> = {
  name: 'setup',
  nav: hub.nav(7, ','),
  navBadge: ({ checklist, setupSteps }) => ({
    tone: 'warn',
    describe: (count) => `${plural(count, 'step')} not set up`,
    count: checklist.openSteps,
    dirtyOn: eventsOf(setupSteps()),
  }),
  pages: [hub.page],
  create: createSetupParts,
  routes: hub.routes,
  cards: (ctx) => [hub.card(ctx), setupCard(ctx)],
};
