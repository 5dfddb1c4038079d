// The canaries in the JSON API.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  shortTextSchema,
  textSchema,
} from '../../core/schemas.ts';
import { askedHits, foundAmong } from '../../index/canary.ts';
import { maxQueryLength } from '../../index/search-query.ts';
import { kindSchema } from '../../library/schemas.ts';
import { requester } from '../../web/requester.ts';
import type { WantedCanary } from '../canaries.ts';
import { canaryActions } from '../canary-actions.ts';
import { canaryStates, describeUnasked, placeCanaries } from '../canary-places.ts';
import type { SearchContext } from '../parts.ts';

type Named = { Params: { id: string } };

const stored = {
  id: idSchema,
  query: textSchema,
  kind: kindSchema,
  entity_id: textSchema,
  created_at: textSchema,
  created_by: textSchema,
};

const placed = {
  ...stored,
  title: nullable('string'),
  state: { type: 'string', enum: canaryStates },
  rank: nullable('integer'),
};

const listRequest = {
  summary: 'The canaries: queries with the entry that must be among the first hits, and its place now.',
  description: `\`found\`: the entry is among the first ${foundAmong} hits. \`rank\` is null unless it is among the first ${askedHits}. \`gone\`: the library has no such entry any more. \`unasked\`: there is no index, or no time was left: \`problem\` says why.`,
  response: {
    200: listSchema(objectSchema(placed), {
      problem: nullable('string'),
    }),
    ...refusals,
  },
};

const addRequest = {
  summary: 'Adds a canary.',
  description: 'Without a `kind`, the id must name one entry only. The answer has its place now.',
  body: closedSchema(
    {
      query: { type: 'string', maxLength: maxQueryLength },
      kind: kindSchema,
      entity_id: shortTextSchema,
    },
    ['query', 'entity_id'],
  ),
  response: { 201: objectSchema(placed), ...refusals },
};

const removeRequest = {
  summary: 'Removes a canary.',
  params: objectSchema({ id: textSchema }),
  response: { 204: { type: 'null' }, ...refusals },
};

/** A program waits longer than a person does. */
const placesMaxMs = 10_000;
const addedMaxMs = 2000;

export function registerCanariesApi(app: FastifyInstance, ctx: SearchContext) {
  const { canaries } = ctx;

  app.get('/api/v1/canaries', { schema: listRequest }, async () => {
    const places = await placeCanaries(ctx, canaries.all(), placesMaxMs);
    return { items: places.items, next_cursor: null, problem: describeUnasked(places) };
  });

  app.post<{ Body: WantedCanary }>(
    '/api/v1/canaries',
    { schema: addRequest, config: { action: canaryActions.add } },
    async (request, reply) => {
      const added = await canaries.add([request.body], requester(request));
      const { items } = await placeCanaries(ctx, added, addedMaxMs);
      return reply.code(201).send(items[0]);
    },
  );

  app.delete<Named>(
    '/api/v1/canaries/:id',
    { schema: removeRequest, config: { action: canaryActions.remove } },
    async (request, reply) => {
      await canaries.remove(request.params.id, requester(request));
      return reply.code(204).send();
    },
  );
}
