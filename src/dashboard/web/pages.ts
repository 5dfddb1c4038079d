import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';
import { readCookie } from '../../web/flash.ts';
import type { DashboardContext } from '../parts.ts';
import { newsOf } from './news-routes.ts';

export const dashboardPage: Page = {
  path: '/operations',
  api: '/api/v1/operations',
  cards: ['outlook', 'news', 'figures', 'banners', 'controls', 'jobs', 'workers', 'queue', 'index'],
  examples: ['/operations', '/ui/operations/import/confirm'],
};

export function registerDashboard(app: FastifyInstance, ctx: DashboardContext) {
  app.get(dashboardPage.path, { config: { isPage: true } }, async (request, reply) => {
    const load = async (name: string) => [name, await request.loadCard(name)];
    return reply.sendPage({
      template: 'dashboard/dashboard-page',
      title: 'Operations',
      section: dashboardPage.path,
      isLight: true,
      data: {
        cards: Object.fromEntries(await Promise.all(dashboardPage.cards.map(load))),
        news: newsOf(ctx, request, reply),
        isHowToOpen: readCookie(request, 'chl_howto') !== 'closed',
        snapshotMaxBytes: ctx.config.snapshotMaxBytes,
      },
    });
  });
}
