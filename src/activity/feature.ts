// Activity: the hub of what has happened, and how the operations run.
import type { Feature } from '../web/feature.ts';
import { defineHub } from '../web/hub-page.ts';
import { createActivityParts } from './parts.ts';
import { operationRunsCard } from './web/operation-runs-card.ts';
import { operationsBody, operationsSchema } from './web/operations-body.ts';

type Part = ReturnType<typeof createActivityParts>;

const hub = defineHub<Part>({
  hub: 'activity',
  title: 'Activity',
  template: 'activity/activity-page',
  cards: ['operation-runs'],
  api: {
    path: '/api/v1/activity',
    summary: 'The areas of the activity, each with one sentence, and the last runs of the operations.',
    facts: {
      schema: { operations: operationsSchema },
      read: (ctx) => ({ operations: operationsBody(ctx) }),
    },
  },
});

export const activity: Feature<Part> = {
  name: 'activity',
  nav: hub.nav(6, 'a'),
  pages: [hub.page],
  create: createActivityParts,
  routes: hub.routes,
  cards: (ctx) => [hub.card(ctx), operationRunsCard(ctx)],
};
