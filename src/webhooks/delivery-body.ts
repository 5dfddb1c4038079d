// A delivery as the API gives it. Times are ISO 8601 UTC.
import { idSchema, integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import type { Deliveries } from './deliveries.ts';
import { type Attempt, deliveryStatuses, maxAttempts } from './delivery.ts';
import type { ListedDelivery } from './delivery-list-repository.ts';
import type { SentTest } from './send-test.ts';

export type DeliveryBody = ReturnType<typeof deliveryBody>;
export type SentTestBody = ReturnType<typeof sentTestBody>;

export function deliveryBody({ last, title: _, ...delivery }: ListedDelivery) {
  return {
    ...delivery,
    max_attempts: maxAttempts,
    last: last && attemptBody(last),
  };
}

export function oneDeliveryBody({ tries, body, ...delivery }: ReturnType<Deliveries['find']>) {
  return { ...deliveryBody(delivery), tries: tries.map(attemptBody), body };
}

function attemptBody({ status, ...attempt }: Attempt) {
  return { ...attempt, http_status: status };
}

export function sentTestBody({ delivery, tried }: SentTest) {
  return {
    delivery,
    status: tried?.status ?? 'pending',
    http_status: tried?.exchange.status ?? null,
    ms: tried?.exchange.ms ?? null,
    error: tried === null ? 'The attempt has not ended yet.' : tried.exchange.error,
  };
}

const statusSchema = { type: 'string', enum: deliveryStatuses };

const attemptSchema = objectSchema({
  n: integerSchema,
  at: textSchema,
  ms: integerSchema,
  http_status: { ...nullable('integer'), description: 'Of the answer; null without one.' },
  error: { ...nullable('string'), description: 'Null when the event has arrived.' },
  response: {
    ...nullable('string'),
    description: 'The first KiB of the answer; what readers may not see of the address is masked.',
  },
  by: { ...nullable('string'), description: 'Who has replayed it; null for an automatic attempt.' },
});

const properties = {
  id: idSchema,
  webhook: textSchema,
  event: textSchema,
  event_id: { ...textSchema, description: 'The header `webhook-id`, the same in each attempt.' },
  audit_id: integerSchema,
  target: nullable('string'),
  status: statusSchema,
  attempts: integerSchema,
  max_attempts: integerSchema,
  created_at: textSchema,
  next_at: { ...nullable('string'), description: 'Of the next attempt; null when it has ended.' },
  ended_at: nullable('string'),
  last: { ...attemptSchema, type: ['object', 'null'] },
};

export const deliverySchema = objectSchema(properties);

export const oneDeliverySchema = objectSchema({
  ...properties,
  tries: { type: 'array', items: attemptSchema },
  body: { ...textSchema, description: 'The text that is sent and signed.' },
});

export const sentTestSchema = objectSchema({
  delivery: idSchema,
  status: statusSchema,
  http_status: nullable('integer'),
  ms: nullable('integer'),
  error: nullable('string'),
});

export const replayedSchema = objectSchema({
  replayed: integerSchema,
  left: { ...integerSchema, description: 'Those with the status beyond the limit. Ask again for them.' },
  refused: { type: 'array', items: objectSchema({ id: integerSchema, message: textSchema }) },
});
