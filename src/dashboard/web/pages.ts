import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';
import { readCookie } from '../../web/flash.ts';
import type { DashboardContext } from '../parts.ts';

export const dashboardPage: Page = {
  path: '/operations',
  api: '/api/v1/operations',
  cards: ['outlook', 'figures', 'banners', 'controls', 'jobs', 'workers', 'queue', 'index'],
  examples: ['/operations', '/ui/operations/import/confirm'],
};

export function registerDashboard(app: FastifyInstance, { config }: Pick<DashboardContext, 'config'>) {
  app.get(dashboardPage.path, { config: { isPage: true } }, async (request, reply) => {
    const load = async (name: string) => [name, await request.loadCard(name)];
    return reply.sendPage({
      template: 'dashboard/dashboard-page',
      title: 'Operations',
      section: dashboardPage.path,
      data: {
        cards: Object.fromEntries(await Promise.all(dashboardPage.cards.map(load))),
        isHowToOpen: readCookie(request, 'chl_howto') !== 'closed',
        snapshotMaxBytes: config.snapshotMaxBytes,
      },
    });
  });
}
