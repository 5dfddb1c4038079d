import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';

export const settingsHub: Page = {
  path: '/settings',
  api: '/api/v1/setup',
  cards: ['setup', 'settings'],
  examples: ['/settings'],
};

export function registerSettingsHub(app: FastifyInstance) {
  app.get(settingsHub.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'setup/settings-page',
      title: 'Settings',
      section: settingsHub.path,
      data: { setup: await request.loadCard('setup'), areas: await request.loadCard('settings') },
    }),
  );
}
