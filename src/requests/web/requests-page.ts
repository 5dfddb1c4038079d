import type { FastifyInstance } from 'fastify';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import type { RequestContext } from '../parts.ts';
import { windowNames } from '../windows.ts';
import { sorts, viewRequests } from './requests-view.ts';

export const requestsPage: Page = {
  path: '/requests',
  api: '/api/v1/requests',
  cards: [],
  reloads: true,
  examples: ['/requests', '/requests?window=1h&sort=n'],
};

type Asked = { Querystring: { window?: string; sort?: string } };

export function registerRequestsPage(app: FastifyInstance, ctx: RequestContext) {
  const schema = { querystring: objectSchema({ window: textSchema, sort: textSchema }) };
  app.get<Asked>(requestsPage.path, { config: { isPage: true }, schema }, async (request, reply) =>
    reply.sendPage({
      template: 'requests/requests-page',
      title: 'Requests',
      section: '/activity',
      data: { requests: await view(ctx, request.query) },
    }),
  );

  /** The content of the page's host. */
  app.get<Asked>('/ui/requests/list', { schema }, async (request, reply) =>
    reply.view('requests/request-list', { requests: await view(ctx, request.query) }),
  );
}

/** An unknown window or order is the first one. */
async function view({ requestFigures, config, now }: RequestContext, query: Asked['Querystring']) {
  const window = windowNames.find((name) => name === query.window) ?? '24h';
  const sort = sorts.find((name) => name === query.sort) ?? sorts[0];
  const [figures, counts] = await Promise.all([requestFigures.read(window), requestFigures.counts()]);
  return viewRequests({
    ...{ window, sort, figures, counts },
    slowMs: config.slowRequestMs,
    at: now().toISOString(),
  });
}
