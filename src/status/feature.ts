// Status: the hub of the state of the system.
import { plural } from '../core/format.ts';
import { integerSchema } from '../core/schemas.ts';
import type { Feature } from '../web/feature.ts';
import { defineHub } from '../web/hub-page.ts';
import { createStatusParts } from './parts.ts';

type Part = ReturnType<typeof createStatusParts>;

const hub = defineHub<Part>({
  hub: 'status',
  title: 'Status',
  template: 'status/status-page',
  cards: ['banners'],
  look: ({ lookAtChecks }) => lookAtChecks(),
  api: {
    path: '/api/v1/status',
    summary: 'The areas of the status, each with one sentence.',
    facts: {
      schema: { open_errors: integerSchema },
      read: ({ countErrors }) => ({ open_errors: countErrors() }),
    },
  },
});

export const status: Feature<Part> = {
  name: 'status',
  nav: hub.nav(4, 's'),
  navBadge: ({ countErrors }) => ({
    tone: 'bad',
    describe: (count) => plural(count, 'open error'),
    count: countErrors,
    dirtyOn: ['findings'],
  }),
  pages: [hub.page],
  create: createStatusParts,
  routes: hub.routes,
  cards: (ctx) => [hub.card(ctx)],
};
