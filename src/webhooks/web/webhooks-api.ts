// The webhooks in the JSON API. The answer that creates a secret is the only one that has it.
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
import { webhookActions } from '../../webhook-store/actions.ts';
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import type { GivenWebhook } from '../../webhook-store/webhook-values.ts';
import { requester } from '../../web/requester.ts';
import type { WebhookContext } from '../parts.ts';
import { webhookBody, webhookProperties, webhookSchema } from '../webhook-body.ts';

type Named = { Params: { name: string } };
type RotateBody = { at_once?: boolean } | null;

const params = objectSchema({ name: textSchema });
const listRequest = { summary: 'All webhooks.', response: { 200: listSchema(webhookSchema), ...refusals } };
const oneRequest = { summary: 'One webhook.', params, response: { 200: webhookSchema, ...refusals } };
const withSecret = objectSchema({
  ...webhookProperties,
  secret: { ...textSchema, description: 'Only in this answer.' },
});

/** The domain checks missing fields and values, so that all problems come at once. */
const putRequest = {
  summary: 'Creates a webhook, or changes the fields that are given.',
  description:
    '`url`: http or https, to this machine or to a host of the setting `webhooks.hosts`, but not to this server. `events`: 1 to 50 names of events, groups such as `job.*`, `tell-me` (what the news tell), or `*`; refusals are sent only for names and `*`. A webhook that is new or was off gets events from now on. The answer 201 has the `secret` that signs.',
  params,
  headers: ifMatchSchema,
  body: closedSchema({
    url: { type: 'string' },
    events: { type: 'array', items: textSchema },
    is_on: { type: 'boolean' },
  }),
  response: { 200: webhookSchema, 201: withSecret, ...refusals },
};

const deleteRequest = {
  summary: 'Removes a webhook with its deliveries and its secret.',
  params,
  body: optionalBody({}),
  response: { 204: { type: 'null' }, ...refusals },
};

const rotateRequest = {
  summary: 'Replaces the secret of a webhook; needs a reason.',
  description: 'Both secrets sign for a day, or with `at_once` only the new one.',
  params,
  body: optionalBody({ at_once: { type: 'boolean' } }),
  response: {
    200: objectSchema({ secret: textSchema, secret_at: textSchema, old_secret_until: nullable('string') }),
    ...refusals,
  },
};

export function registerWebhooksApi(
  app: FastifyInstance,
  { webhookEdits, webhookHealth, now }: WebhookContext,
) {
  const bodyOf = (webhook: Webhook, request: FastifyRequest) =>
    webhookBody(webhook, webhookHealth(webhook), requester(request).role, now());

  app.get('/api/v1/webhooks', { schema: listRequest }, (request) => ({
    items: webhookEdits.all().map((webhook) => bodyOf(webhook, request)),
    next_cursor: null,
  }));

  app.get<Named>('/api/v1/webhooks/:name', { schema: oneRequest }, (request, reply) => {
    const { name } = request.params;
    reply.header('etag', webhookEdits.etag(name));
    return bodyOf(webhookEdits.find(name), request);
  });

  app.put<Named & { Body: GivenWebhook }>(
    '/api/v1/webhooks/:name',
    { schema: putRequest, config: { action: webhookActions.change, carriesSecret: 'answer' } },
    async (request, reply) => {
      const { name } = request.params;
      const { url, events, is_on } = request.body;
      const options = { reason: request.reason, ifMatch: request.headers['if-match'] };
      const by = requester(request);
      const { webhook, secret, isNew } = await webhookEdits.save(name, { url, events, is_on }, by, options);
      reply.header('etag', webhookEdits.etag(name));
      const body = bodyOf(webhook, request);
      return reply.code(isNew ? 201 : 200).send(secret === null ? body : { ...body, secret });
    },
  );

  app.delete<Named>(
    '/api/v1/webhooks/:name',
    { schema: deleteRequest, config: { action: webhookActions.remove } },
    async (request, reply) => {
      const { params, reason } = request;
      await webhookEdits.remove(params.name, requester(request), { reason });
      return reply.code(204).send();
    },
  );

  app.post<Named & { Body: RotateBody }>(
    '/api/v1/webhooks/:name/rotate',
    { schema: rotateRequest, config: { action: webhookActions.rotate, carriesSecret: 'answer' } },
    async (request) => {
      const { params, reason } = request;
      const atOnce = request.body?.at_once === true;
      const rotated = await webhookEdits.rotate(params.name, { atOnce }, requester(request), { reason });
      const { secret_at, old_secret_until } = rotated.webhook;
      return { secret: rotated.secret, secret_at, old_secret_until };
    },
  );
}
