// The flags in the JSON API.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  closedSchema,
  ifMatchSchema,
  listSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { flagChange } from '../actions.ts';
import { describeFlag } from '../describe-flag.ts';
import { flagScopes, flagUnits } from '../flag.ts';
import { maxNoteLength } from '../flag-values.ts';
import type { FlagContext } from '../parts.ts';

type Named = { Params: { key: string } };
type PutBody = { is_on: boolean; percent: number; note?: string | null };

const params = objectSchema({ key: textSchema });
const percent = { type: 'integer', minimum: 0, maximum: 100 } as const;
const booleanSchema = { type: 'boolean' } as const;

const flagSchema = objectSchema({
  key: textSchema,
  scope: { type: 'string', enum: flagScopes },
  unit: { type: 'string', enum: flagUnits },
  owner: textSchema,
  text: textSchema,
  is_on: booleanSchema,
  percent,
  default: objectSchema({ is_on: booleanSchema, percent }),
  is_default: booleanSchema,
  note: nullable('string'),
  changed_at: nullable('string'),
  changed_by: nullable('string'),
  read_at: { ...nullable('string'), description: 'When it was last read, to the hour.' },
  is_stale: booleanSchema,
  stale_because: nullable('string'),
});

const listRequest = { summary: 'All flags.', response: { 200: listSchema(flagSchema), ...refusals } };
const oneRequest = { summary: 'One flag.', params, response: { 200: flagSchema, ...refusals } };

const putRequest = {
  summary: 'Switches a flag, or changes its share; needs a reason.',
  description:
    'It counts from the next use on, in every process. `note` is shown beside the flag. If only one of `note` and `reason` is given, it serves as both.',
  params,
  headers: ifMatchSchema,
  body: closedSchema(
    { is_on: booleanSchema, percent, note: { ...nullable('string'), maxLength: maxNoteLength } },
    ['is_on', 'percent'],
  ),
  response: { 200: flagSchema, ...refusals },
};

const deleteRequest = {
  summary: 'Returns a flag to its default; needs a reason.',
  params,
  body: optionalBody({}),
  response: { 204: { type: 'null' }, ...refusals },
};

const resolveRequest = {
  summary: 'Whether a flag is on for a unit, such as the id of a request, and why.',
  params,
  querystring: closedSchema({ unit: { type: 'string', minLength: 1, maxLength: 200 } }, ['unit']),
  response: {
    200: objectSchema({ on: booleanSchema, bucket: { type: 'number' }, because: textSchema }),
    ...refusals,
  },
};

export function registerFlagsApi(app: FastifyInstance, { flags }: FlagContext) {
  const changes = { action: flagChange };

  app.get('/api/v1/flags', { schema: listRequest }, () => ({
    items: flags.all().map(describeFlag),
    next_cursor: null,
  }));

  app.get<Named>('/api/v1/flags/:key', { schema: oneRequest }, ({ params: { key } }, reply) => {
    reply.header('etag', flags.etag(key));
    return describeFlag(flags.find(key));
  });

  app.put<Named & { Body: PutBody }>(
    '/api/v1/flags/:key',
    { schema: putRequest, config: changes },
    async (request, reply) => {
      const { key } = request.params;
      const { is_on, percent, note } = request.body;
      const reason = request.reason ?? note ?? null;
      await flags.change([{ key, to: { is_on, percent, note } }], requester(request), {
        reason,
        ...matchOf(request),
      });
      reply.header('etag', flags.etag(key));
      return describeFlag(flags.find(key));
    },
  );

  app.delete<Named>(
    '/api/v1/flags/:key',
    { schema: deleteRequest, config: changes },
    async (request, reply) => {
      const { key } = request.params;
      const { reason } = request;
      await flags.change([{ key, to: null }], requester(request), { reason, ...matchOf(request) });
      return reply.code(204).send();
    },
  );

  app.get<Named & { Querystring: { unit: string } }>(
    '/api/v1/flags/:key/resolve',
    { schema: resolveRequest },
    ({ params: { key }, query: { unit } }) => flags.resolve(key, unit),
  );
}

const matchOf = ({ headers }: FastifyRequest) => ({ ifMatch: headers['if-match'] });
