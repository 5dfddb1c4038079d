// Activity: the hub of what has happened.
import type { Feature } from '../web/feature.ts';
import { defineHub } from '../web/hub-page.ts';

const hub = defineHub({
  hub: 'activity',
  title: 'Activity',
  template: 'activity/activity-page',
  cards: [],
  api: { path: '/api/v1/activity', summary: 'The areas of the activity, each with one sentence.' },
});

export const activity: Feature = {
  name: 'activity',
  nav: hub.nav(6, 'a'),
  pages: [hub.page],
  create: () => ({}),
  routes: hub.routes,
  cards: (ctx) => [hub.card(ctx)],
};
