// The page of one named sheet.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';
import type { SourceContext } from '../parts.ts';
import { unknownSource } from '../source-changes.ts';

export const sourcePage: Page = {
  path: '/sources/:name',
  api: '/api/v1/sources/:name',
  cards: ['source', 'imports-held'],
  examples: ['/sources/published', '/sources/review'],
};

export function registerSourcePage(app: FastifyInstance, { sources }: SourceContext) {
  app.get<{ Params: { name: string } }>(
    sourcePage.path,
    { config: { isPage: true } },
    async (request, reply) => {
      const { name } = request.params;
      if (!sources.find(name)) throw unknownSource(name);
      return reply.sendPage({
        template: 'sources/source-page',
        title: name,
        section: '/library',
        data: {
          name,
          card: await request.cardData(`source-${name}`),
          held: await request.loadCard('imports-held'),
        },
      });
    },
  );
}
