import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';

export const storagePage: Page = {
  path: '/storage',
  api: '/api/v1/storage',
  cards: ['storage'],
  examples: ['/storage'],
};

export function registerStoragePage(app: FastifyInstance) {
  app.get(storagePage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'storage/storage-page',
      title: 'Storage',
      section: storagePage.path,
      data: { areas: await request.loadCard('storage') },
    }),
  );
}
