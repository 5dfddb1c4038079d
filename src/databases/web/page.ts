import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';

export const databasesPage: Page = {
  path: '/databases',
  api: '/api/v1/databases',
  cards: ['databases', 'slow-statements'],
  examples: ['/databases'],
};

export function registerDatabasesPage(app: FastifyInstance) {
  app.get(databasesPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'databases/databases-page',
      title: 'Databases',
      section: '/storage',
      data: {
        databases: await request.loadCard('databases'),
        statements: await request.loadCard('slow-statements'),
      },
    }),
  );
}
