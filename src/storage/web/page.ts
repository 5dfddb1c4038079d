import type { FastifyInstance } from 'fastify';
import { viewRun } from '../../backups/run-view.ts';
import type { Page } from '../../web/feature.ts';
import type { StorageContext } from '../parts.ts';

export const storagePage: Page = {
  path: '/storage',
  api: '/api/v1/storage',
  cards: ['storage', 'disk'],
  examples: ['/storage'],
};

export function registerStoragePage(app: FastifyInstance, ctx: StorageContext) {
  app.get(storagePage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'storage/storage-page',
      title: 'Storage',
      section: storagePage.path,
      data: {
        areas: await request.loadCard('storage'),
        disk: await request.loadCard('disk'),
        backup: viewRun(ctx, 'backup'),
      },
    }),
  );
}
