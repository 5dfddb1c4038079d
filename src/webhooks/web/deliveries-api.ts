// Deliveries as JSON, tests and replays.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  listSchema,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { deliveryActions } from '../actions.ts';
import { auditIdOf, type DeliveryStatus, deliveryStatuses } from '../delivery.ts';
import {
  deliveryBody,
  deliverySchema,
  oneDeliveryBody,
  oneDeliverySchema,
  replayedSchema,
  sentTestBody,
  sentTestSchema,
} from '../delivery-body.ts';
import type { WebhookContext } from '../parts.ts';
import { maxReplayed, type ReplayChoice } from '../replays.ts';

type Named = { Params: { name: string } };
type Numbered = { Params: { id: number } };
type Query = { status?: DeliveryStatus; event_id?: string; limit: number; cursor?: string };

const named = objectSchema({ name: textSchema });
const numbered = objectSchema({ id: idSchema });
const status = { type: 'string', enum: deliveryStatuses } as const;

const listRequest = {
  summary: 'Deliveries of a webhook, the newest first.',
  params: named,
  querystring: closedSchema({
    status,
    event_id: { type: 'string', pattern: '^evt_[0-9]{1,15}(_[0-9a-f]{8})?$' },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'string', maxLength: 100 },
  }),
  response: { 200: listSchema(deliverySchema), ...refusals },
};

const oneRequest = {
  summary: 'A delivery with its attempts and the text that is sent.',
  params: numbered,
  response: { 200: oneDeliverySchema, ...refusals },
};

const replayRequest = {
  summary: 'Sends a delivery again, with the same id and body, a new time and new signatures.',
  description: 'Answers before the attempt. Look at the delivery for its result.',
  params: numbered,
  body: optionalBody({}),
  response: oneRequest.response,
};

const replayManyRequest = {
  summary: `Sends many deliveries again: those in \`ids\`, or the oldest with a status; at most ${maxReplayed}.`,
  params: named,
  body: {
    ...closedSchema({
      ids: { type: 'array', minItems: 1, maxItems: maxReplayed, items: idSchema },
      status,
    }),
    oneOf: [{ required: ['ids'] }, { required: ['status'] }],
  },
  response: { 200: replayedSchema, ...refusals },
};

const testRequest = {
  summary: 'Sends a test, also to a webhook that is off, and waits for the result.',
  description: 'Its type is `webhook.test`. It is tried once.',
  params: named,
  body: optionalBody({}),
  response: { 200: sentTestSchema, ...refusals },
};

export function registerDeliveriesApi(app: FastifyInstance, ctx: WebhookContext) {
  const { deliveries, replays, sendTest, webhookEdits } = ctx;

  app.get<Named & { Querystring: Query }>(
    '/api/v1/webhooks/:name/deliveries',
    { schema: listRequest },
    ({ params: { name }, query: { event_id: eventId, ...query } }) => {
      const { name: webhook } = webhookEdits.find(name);
      const audit_id = eventId === undefined ? undefined : auditIdOf(eventId);
      const { items, next_cursor } = deliveries.page({ webhook, audit_id, ...query });
      const named = items.filter((item) => eventId === undefined || item.event_id === eventId);
      return { items: named.map(deliveryBody), next_cursor };
    },
  );

  app.get<Numbered>('/api/v1/deliveries/:id', { schema: oneRequest }, ({ params: { id } }) =>
    oneDeliveryBody(deliveries.find(id)),
  );

  app.post<Numbered>(
    '/api/v1/deliveries/:id/replay',
    { schema: replayRequest, config: { action: deliveryActions.replay } },
    async (request) => {
      const { id } = request.params;
      await replays.replay(id, requester(request));
      return oneDeliveryBody(deliveries.find(id));
    },
  );

  app.post<Named & { Body: ReplayChoice }>(
    '/api/v1/webhooks/:name/replay',
    { schema: replayManyRequest, config: { action: deliveryActions.replayMany } },
    (request) => replays.replayMany(request.params.name, request.body, requester(request)),
  );

  app.post<Named>(
    '/api/v1/webhooks/:name/test',
    { schema: testRequest, config: { action: deliveryActions.test } },
    async (request) => sentTestBody(await sendTest(request.params.name, requester(request))),
  );
}
