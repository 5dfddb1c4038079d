import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import type { AccessContext } from '../parts.ts';
import type { WantedToken } from '../read-token.ts';
import { createsToken, readsTokens, revokesToken } from './actions.ts';
import { listTokens } from '../token-list.ts';

type Named = { Params: { name: string } };

const params = objectSchema({ name: textSchema });
const tokenProperties = {
  name: textSchema,
  role: textSchema,
  hint: textSchema,
  created_at: nullable('string'),
  created_by: textSchema,
  expires_at: nullable('string'),
  last_used_at: nullable('string'),
  revoked_at: nullable('string'),
};
const listed = objectSchema({
  ...tokenProperties,
  state: { type: 'string', enum: ['active', 'expired', 'revoked'] },
  sessions: { type: 'integer' },
});

const createSchema = {
  summary: 'Creates an access token, which is in this answer only.',
  description:
    'The first admin token makes tokens required. `expires_at` is a time in UTC; null or absent: never.',
  body: closedSchema(
    {
      name: { type: 'string', maxLength: 200 },
      role: { type: 'string', maxLength: 40 },
      expires_at: { type: ['string', 'null'], maxLength: 40 },
    },
    ['name', 'role'],
  ),
  response: { 201: objectSchema({ ...tokenProperties, token: textSchema }), ...refusals },
};

const revokeSchema = {
  summary: 'Revokes an access token, and ends its sessions.',
  description:
    'The last admin token needs a `reason` and the word `open` in `confirm`, because everything opens.',
  params,
  response: { 204: { type: 'null' }, ...refusals },
};

export function registerTokenApi(app: FastifyInstance, ctx: AccessContext) {
  const { tokens } = ctx;
  const list = { summary: 'The access tokens.', response: { 200: listSchema(listed), ...refusals } };
  app.get('/api/v1/tokens', { schema: list, config: readsTokens }, async () => ({
    items: listTokens(ctx),
    next_cursor: null,
  }));

  app.post<{ Body: WantedToken }>(
    '/api/v1/tokens',
    {
      schema: createSchema,
      config: createsToken,
    },
    async (request, reply) => {
      const { token, record } = await tokens.create(request.body, requester(request));
      return reply.code(201).send({ ...record, token });
    },
  );

  app.delete<Named>(
    '/api/v1/tokens/:name',
    {
      schema: revokeSchema,
      config: revokesToken,
    },
    async (request, reply) => {
      await tokens.revoke(request.params.name, request, requester(request));
      return reply.code(204).send();
    },
  );
}
