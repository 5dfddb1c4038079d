// Activity: the hub of what has happened.
import type { Feature } from '../web/feature.ts';
import { hubCard } from '../web/hub.ts';
import { registerActivityApi } from './web/api.ts';
import { activityPage, registerActivityPage } from './web/page.ts';

export const activity: Feature = {
  name: 'activity',
  nav: { position: 6, label: 'Activity', href: activityPage.path, key: 'a' },
  pages: [activityPage],
  create: () => ({}),
  routes(app, ctx) {
    registerActivityPage(app);
    registerActivityApi(app, ctx);
  },
  cards: (ctx) => [hubCard(ctx, 'activity', 'Areas of activity')],
};
