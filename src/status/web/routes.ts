// The parts of the page that it fetches at intervals.
import type { FastifyInstance } from 'fastify';
import type { StatusContext } from '../parts.ts';
import { viewComponents, viewFigures } from './live-view.ts';

export function registerStatusParts(app: FastifyInstance, ctx: StatusContext) {
  app.get('/ui/status/figures', async (_request, reply) =>
    reply.view('status/figures-part', { figures: await viewFigures(ctx) }),
  );

  app.get('/ui/status/components', async (_request, reply) => {
    await ctx.checker.refresh();
    return reply.view('status/components', { components: viewComponents(ctx) });
  });
}
