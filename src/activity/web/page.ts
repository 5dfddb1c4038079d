import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';

export const activityPage: Page = {
  path: '/activity',
  api: '/api/v1/activity',
  cards: ['activity'],
  examples: ['/activity'],
};

export function registerActivityPage(app: FastifyInstance) {
  app.get(activityPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'activity/activity-page',
      title: 'Activity',
      section: activityPage.path,
      data: { areas: await request.loadCard('activity') },
    }),
  );
}
