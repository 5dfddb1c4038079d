// The dashboard: the page that shows the cards of all features, with its key figures and banners.
import type { Feature } from '../web/feature.ts';
import { createDashboardParts } from './parts.ts';
import { bannersCard } from './web/banners-card.ts';
import { figuresCard } from './web/figures-card.ts';
import { newsCard, registerNews } from './web/news-routes.ts';
import { outlookCard } from './web/outlook-card.ts';
import { dashboardPage, registerDashboard } from './web/pages.ts';

export const dashboard: Feature<ReturnType<typeof createDashboardParts>> = {
  name: 'dashboard',
  nav: { position: 1, label: 'Operations', href: dashboardPage.path, key: 'o' },
  pages: [dashboardPage],
  create: createDashboardParts,
  routes(app, ctx) {
    registerDashboard(app, ctx);
    registerNews(app, ctx);
  },
  cards: (ctx) => [figuresCard(ctx), bannersCard(ctx), outlookCard(ctx), newsCard(ctx)],
};
