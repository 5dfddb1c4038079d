import type { FastifyInstance } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { assertRole } from '../../core/role.ts';
import {
  closedSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { identityOf } from '../../web/identify.ts';
import { requester } from '../../web/requester.ts';
import { flushing } from '../actions.ts';
import { findCache, flushCache } from '../flush.ts';
import type { CacheContext } from '../parts.ts';
import { describeCache, type KeySort, keySorts, listKeys, readKey } from '../read-caches.ts';

type Named = { Params: { ns: string } };
type Keys = Named & { Querystring: { sort: KeySort; limit: number; key?: string } };

const params = objectSchema({ ns: textSchema });

const cacheSchema = objectSchema({
  name: textSchema,
  about: textSchema,
  entries: integerSchema,
  bytes: integerSchema,
  hits: integerSchema,
  misses: integerSchema,
  hit_rate: {
    ...nullable('number'),
    description: 'The share of reads that hit since the start; null below 20 reads.',
  },
  evictions: integerSchema,
  max_entries: integerSchema,
  max_bytes: integerSchema,
  ttl_ms: { ...nullable('integer'), description: 'The greatest age of an entry; null without one.' },
});

const listedSchema = {
  summary: 'The caches of the server, with their figures since its start.',
  response: { 200: listSchema(cacheSchema), ...refusals },
};

const keysSchema = {
  summary: 'The first hundred entries of a cache: the most hits, the most bytes, or the oldest first.',
  description:
    'Keys and values are shown without secrets, to the role that may see their content elsewhere. With `key`, the answer is that entry with the first 2 KiB of its value in `preview`.',
  params,
  querystring: closedSchema({
    sort: { type: 'string', enum: keySorts, default: 'hits' },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 100 },
    key: { type: 'string', minLength: 1, maxLength: 16_384 },
  }),
  response: {
    200: listSchema(
      objectSchema({
        key: textSchema,
        hits: integerSchema,
        bytes: integerSchema,
        at: textSchema,
        preview: nullable('string'),
      }),
    ),
    ...refusals,
  },
};

const flushSchema = {
  summary: 'Empties a cache; needs a reason. Its entries are made again when they are needed.',
  params,
  body: optionalBody({}),
  response: { 200: objectSchema({ removed: integerSchema }), ...refusals },
};

export function registerCachesApi(app: FastifyInstance, ctx: CacheContext) {
  app.get('/api/v1/caches', { schema: listedSchema }, () => ({
    items: ctx.caches.all().map(describeCache),
    next_cursor: null,
  }));

  app.get<Keys>('/api/v1/caches/:ns/keys', { schema: keysSchema }, (request) => {
    const { query } = request;
    const { ns } = request.params;
    const cache = findCache(ctx, ns);
    assertRole(identityOf(request).role, cache.reads);
    if (query.key !== undefined) return { items: [findKey(ctx, ns, query.key)], next_cursor: null };
    const items = listKeys(cache, query.sort, ctx.redactor).slice(0, query.limit);
    return { items, next_cursor: null };
  });

  app.post<Named>(
    '/api/v1/caches/:ns/flush',
    { schema: flushSchema, config: { action: flushing } },
    async (request) => {
      const { reason } = request;
      const name = request.params.ns;
      return { removed: await flushCache(ctx, { name, reason, by: requester(request) }) };
    },
  );
}

function findKey(ctx: CacheContext, ns: string, key: string) {
  const record = readKey(findCache(ctx, ns), key, ctx.redactor);
  if (record) return record;
  throw new AppError('not_found', `The cache ${ns} has no such entry, or has it no longer.`);
}
