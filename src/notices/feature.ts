// Notices: browser notifications of the news. The browser keeps whether and about what it shows them; see public/notices.js.
import type { Feature } from '../web/feature.ts';
import { noticesRow } from './hub-row.ts';
import { noticesPage, registerNoticesPage } from './web/notices-page.ts';

export const notices: Feature = {
  name: 'notices',
  pages: [noticesPage],
  create: () => ({}),
  routes: registerNoticesPage,
  hubRows: () => [noticesRow],
};
