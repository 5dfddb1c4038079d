import type { FastifyInstance } from 'fastify';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { orProblem } from '../../log-store/or-problem.ts';
import type { Page } from '../../web/feature.ts';
import type { RequestContext } from '../parts.ts';
import { type WindowName, windowNames } from '../windows.ts';
import { sorts, viewRequests } from './requests-view.ts';

export const requestsPage: Page = {
  path: '/requests',
  api: '/api/v1/requests',
  cards: ['slow-requests'],
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
      data: {
        requests: await view(ctx, request.query),
        slow: await request.loadCard('slow-requests'),
      },
    }),
  );

  /** The content of the page's host. */
  app.get<Asked>('/ui/requests/list', { schema }, async (request, reply) =>
    reply.view('requests/request-list', { requests: await view(ctx, request.query) }),
  );
}

/** An unknown window or order is the first one. */
async function view(ctx: RequestContext, query: Asked['Querystring']) {
  const window = windowNames.find((name) => name === query.window) ?? '24h';
  const sort = sorts.find((name) => name === query.sort) ?? sorts[0];
  return viewRequests({
    ...{ window, sort, ...(await read(ctx, window)) },
    slowMs: ctx.config.slowRequestMs,
    at: ctx.now().toISOString(),
  });
}

/** `problem`: why the log store cannot be read now. */
async function read({ requestFigures }: RequestContext, window: WindowName) {
  const { read, problem } = await orProblem(
    Promise.all([requestFigures.read(window), requestFigures.counts()]),
  );
  const [figures, counts] = read ?? [null, []];
  return { figures, counts, problem };
}
