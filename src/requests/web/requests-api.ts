import type { FastifyInstance } from 'fastify';
import { requestKinds } from '../../core/answered-request.ts';
import {
  closedSchema,
  integerSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { minForP95, minForP99, type Figures } from '../figures.ts';
import type { RequestContext } from '../parts.ts';
import { type WindowName, windowNames } from '../windows.ts';

const figuresSchema = {
  n: integerSchema,
  p50: { ...nullable('number'), description: 'Milliseconds.' },
  p95: { ...nullable('number'), description: `Milliseconds; null below ${minForP95} requests.` },
  p99: { ...nullable('number'), description: `Milliseconds; null below ${minForP99} requests.` },
  max: { ...nullable('number'), description: 'Milliseconds.' },
  share_5xx: {
    ...nullable('number'),
    description: 'The share that was answered with an error of the server, from 0 to 1.',
  },
};

const kindSchema = {
  type: 'string',
  enum: requestKinds,
  description: 'A stream lasts as long as its reader, a transfer (upload or download) as long as its file.',
};

const schema = {
  summary: 'How many requests there were, how fast and how many failed, by route.',
  description:
    'The figures of the whole are those of requests, without streams and transfers. Percentiles are within 2 % of the exact ones. The requests that the server sends to itself are left out.',
  querystring: closedSchema({ window: { type: 'string', enum: windowNames, default: '24h' } }),
  response: {
    200: objectSchema({
      window: { type: 'string', enum: windowNames },
      since: textSchema,
      until: textSchema,
      ...figuresSchema,
      items: {
        type: 'array',
        items: objectSchema({
          method: textSchema,
          route: { ...textSchema, description: 'The pattern of the route; `none` for unknown addresses.' },
          kind: kindSchema,
          ...figuresSchema,
        }),
      },
    }),
    ...refusals,
  },
};

export function registerRequestsApi(app: FastifyInstance, ctx: Pick<RequestContext, 'requestFigures'>) {
  app.get<{ Querystring: { window: WindowName } }>('/api/v1/requests', { schema }, async (request) => {
    const { window } = request.query;
    const { since, until, all, routes } = await ctx.requestFigures.read(window);
    const items = routes
      .map(({ method, route, kind, ...figures }) => ({ method, route, kind, ...numbersOf(figures) }))
      .sort((one, other) => other.n - one.n || one.route.localeCompare(other.route));
    return { window, since, until, ...all, items };
  });
}

function numbersOf({ n, p50, p95, p99, max, share_5xx }: Figures): Figures {
  return { n, p50, p95, p99, max, share_5xx };
}
