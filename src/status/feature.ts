// Status: the hub of what the state of the system is.
import { plural } from '../core/format.ts';
import type { Feature } from '../web/feature.ts';
import { hubCard } from '../web/hub.ts';
import { createStatusParts } from './parts.ts';
import { registerStatusApi } from './web/api.ts';
import { registerStatusPage, statusPage } from './web/page.ts';

export const status: Feature<ReturnType<typeof createStatusParts>> = {
  name: 'status',
  nav: { position: 4, label: 'Status', href: statusPage.path, key: 's' },
  navBadge: ({ countErrors }) => ({
    tone: 'bad',
    describe: (count) => plural(count, 'open error'),
    count: countErrors,
    dirtyOn: ['findings'],
  }),
  pages: [statusPage],
  create: createStatusParts,
  routes(app, ctx) {
    registerStatusPage(app);
    registerStatusApi(app, ctx);
  },
  cards: (ctx) => [hubCard(ctx, 'status', 'Areas of status')],
};
