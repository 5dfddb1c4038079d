import type { FastifyInstance } from 'fastify';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
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
  app.get<Asked>(requestsPage.path, { config: { isPage: true }, schema }, async (request, reply) => {
    const requests = await view(ctx, request.query);
    if (requests.refusal) reply.code(422);
    return reply.sendPage({
      template: 'requests/requests-page',
      title: 'Requests',
      section: '/activity',
      data: { requests, slow: await request.loadCard('slow-requests') },
    });
  });

  /** The content of the page's host. */
  app.get<Asked>('/ui/requests/list', { schema }, async (request, reply) =>
    reply.view('requests/request-list', { requests: await view(ctx, request.query) }),
  );
}

/** Without figures for an unknown window or order: those of another one would look like an answer. */
async function view(ctx: RequestContext, { window: askedWindow, sort: askedSort }: Asked['Querystring']) {
  const window = find(windowNames, askedWindow || '24h');
  const sort = find(sorts, askedSort || sorts[0]);
  const refusal =
    (window ? null : refuse('timeframe', askedWindow, windowNames)) ??
    (sort ? null : refuse('order', askedSort, sorts));
  const nothing = { figures: null, counts: [], problem: null };
  return viewRequests({
    ...{ window, sort, refusal, path: url('/ui/requests/list', { window: askedWindow, sort: askedSort }) },
    ...(window && sort ? await read(ctx, window) : nothing),
    slowMs: ctx.config.slowRequestMs,
    openStreams: ctx.streamCount(),
    at: ctx.now().toISOString(),
  });
}

const find = <T extends string>(known: readonly T[], asked: string) =>
  known.find((name) => name === asked) ?? null;

function refuse(what: string, asked = '', known: readonly string[] = []): string {
  return `There is no ${what} ${JSON.stringify(shorten(asked, 40))}. Known: ${known.join(', ')}.`;
}

/** `problem`: why the log store cannot be read now. */
async function read({ requestFigures }: RequestContext, window: WindowName) {
  const { read, problem } = await orProblem(
    Promise.all([requestFigures.read(window), requestFigures.counts()]),
  );
  const [figures, counts] = read ?? [null, []];
  return { figures, counts, problem };
}
