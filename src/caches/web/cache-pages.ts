// The list of caches, and the page of one with its keys.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { describeLack, mayAct } from '../../core/role.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { findCache } from '../flush.ts';
import type { CacheContext } from '../parts.ts';
import { describeCache, type KeySort, keySorts } from '../read-caches.ts';
import { viewCaches, viewFigures, viewKeys } from './cache-view.ts';

export const cachesPage: Page = {
  path: '/caches',
  api: '/api/v1/caches',
  cards: [],
  reloads: true,
  examples: ['/caches'],
};

export const cachePage: Page = {
  path: '/caches/:ns',
  api: '/api/v1/caches/:ns/keys',
  cards: [],
  reloads: true,
  examples: ['/caches/templates', '/caches/statements?sort=bytes&key=no-entry-has-this'],
};

const section = '/storage';

type Named = { Params: { ns: string }; Querystring: { sort?: string; key?: string } };

export function registerCachePages(app: FastifyInstance, ctx: CacheContext) {
  app.get(cachesPage.path, { config: { isPage: true } }, (_request, reply) =>
    reply.sendPage({
      template: 'caches/caches-page',
      title: 'Caches',
      section,
      data: { caches: viewCaches(ctx) },
    }),
  );

  /** The content of the list's host. */
  app.get('/ui/caches/list', (_request, reply) =>
    reply.view('caches/cache-list', { caches: viewCaches(ctx) }),
  );

  const schema = { querystring: objectSchema({ sort: textSchema, key: textSchema }) };
  app.get<Named>(cachePage.path, { config: { isPage: true }, schema }, (request, reply) => {
    const data = viewCache(ctx, request);
    return reply.sendPage({
      template: 'caches/cache-page',
      title: `Cache ${data.cache.name}`,
      section,
      data,
    });
  });

  /** The content of the page's host. */
  app.get<Named>('/ui/caches/:ns', { schema }, (request, reply) =>
    reply.view('caches/one-cache', viewCache(ctx, request)),
  );
}

/** Its keys are shown to the role that may see their content elsewhere. */
function viewCache(ctx: CacheContext, request: FastifyRequest<Named>) {
  const { sort, key } = request.query;
  const cache = findCache(ctx, request.params.ns);
  const { role } = identityOf(request);
  return {
    cache: viewFigures(describeCache(cache)),
    path: url(`/ui/caches/${cache.name}`, { sort, key }),
    at: ctx.now().toISOString(),
    content: mayAct(role, cache.reads) ? viewKeys(cache, { sort: readSort(sort), key }, ctx) : null,
    whyHidden: describeLack(role, cache.reads),
  };
}

/** An unknown order is the first one. */
function readSort(text = ''): KeySort {
  return keySorts.find((name) => name === text) ?? 'hits';
}
