import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';

export const statusPage: Page = {
  path: '/status',
  api: '/api/v1/status',
  cards: ['banners', 'status'],
  examples: ['/status'],
};

export function registerStatusPage(app: FastifyInstance) {
  app.get(statusPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'status/status-page',
      title: 'Status',
      section: statusPage.path,
      data: { banners: await request.loadCard('banners'), areas: await request.loadCard('status') },
    }),
  );
}
