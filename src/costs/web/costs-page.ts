// The page of costs and usage. Numbers that grow all the time are fetched at intervals.
import type { FastifyInstance } from 'fastify';
import { viewRun } from '../../backups/run-view.ts';
import type { Page } from '../../web/feature.ts';
import type { CostContext } from '../parts.ts';
import { viewUsage } from './usage-view.ts';

export const costsPage: Page = {
  path: '/costs',
  api: '/api/v1/costs',
  cards: ['costs'],
  examples: ['/costs'],
};

export function registerCostsPage(app: FastifyInstance, ctx: CostContext) {
  app.get(costsPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'costs/costs-page',
      title: 'Costs',
      section: '/storage',
      data: { card: await request.loadCard('costs'), usage: viewUsage(ctx), run: viewRun(ctx, 'costs') },
    }),
  );

  /** The content of the host of usage. */
  app.get('/ui/costs/usage', (_request, reply) => reply.view('costs/usage', { usage: viewUsage(ctx) }));
}
