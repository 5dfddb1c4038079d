// Notices: browser notifications of the news. The browser keeps whether and about what it shows them; see public/js/notices.js.
import type { Feature } from '../web/feature.ts';
import { webhookStore } from '../webhook-store/feature.ts';
import { noticesRow } from './hub-row.ts';
import { type NoticesContext, noticesPage, registerNoticesPage } from './web/notices-page.ts';

export const notices: Feature<NoticesContext> = {
  name: 'notices',
  pages: [noticesPage],
  create(ctx) {
    const { webhookRepository } = ctx.use(webhookStore);
    return { webhookRepository };
  },
  routes: registerNoticesPage,
  hubRows: () => [noticesRow],
};
