// A webhook as the API shows it. Its secret is never part of it.
import { mayAct, type Role } from '../core/role.ts';
import { integerSchema, nullable, objectSchema, textSchema } from '../core/schemas.ts';
import { withoutTokens } from '../webhook-store/target.ts';
import type { Webhook } from '../webhook-store/webhook-repository.ts';
import type { WebhookHealth } from './health.ts';

const webhookStates = ['on', 'failing', 'off', 'switched_off'] as const;
export type WebhookState = (typeof webhookStates)[number];

export const webhookProperties = {
  name: textSchema,
  url: { ...textSchema, description: 'For an admin; others get its origin and the first part of its path.' },
  events: { type: 'array', items: textSchema },
  is_on: { type: 'boolean' },
  state: {
    type: 'string',
    enum: webhookStates,
    description: '`switched_off`: by the server; `off_why` says why.',
  },
  off_why: nullable('string'),
  failing_since: nullable('string'),
  secret_at: textSchema,
  secret_by: textSchema,
  old_secret_until: { ...nullable('string'), description: 'Until then the former secret signs, too.' },
  created_at: textSchema,
  changed_at: textSchema,
  changed_by: textSchema,
  health: objectSchema({
    arrived: { ...integerSchema, description: 'Deliveries of the last 24 h.' },
    failed: { ...integerSchema, description: 'Deliveries of the last 24 h.' },
    waiting: integerSchema,
    p95_ms: nullable('integer'),
    last_arrived_at: nullable('string'),
    failures_in_a_row: { ...integerSchema, description: 'Attempts, at most 1,000.' },
  }),
};

export const webhookSchema = objectSchema(webhookProperties);

export type WebhookRecord = ReturnType<typeof webhookBody>;

/** `role`: of the reader. The end of an address may have a token of the receiver. */
export function webhookBody(webhook: Webhook, health: WebhookHealth, role: Role, now: Date) {
  const { name, url, events, is_on, off_why, failing_since, old_secret_until, ...times } = webhook;
  const { secret_at, secret_by, created_at, changed_at, changed_by } = times;
  const { arrived, failed, waiting, p95_ms, last_arrived_at, row_of_failures } = health;
  return {
    name,
    url: mayAct(role, 'admin') ? url : withoutTokens(url),
    events,
    is_on,
    state: stateOf(webhook),
    off_why,
    failing_since,
    secret_at,
    secret_by,
    old_secret_until: (old_secret_until ?? '') > now.toISOString() ? old_secret_until : null,
    created_at,
    changed_at,
    changed_by,
    health: { arrived, failed, waiting, p95_ms, last_arrived_at, failures_in_a_row: row_of_failures },
  };
}

function stateOf({
  is_on,
  off_why,
  failing_since,
}: Pick<Webhook, 'is_on' | 'off_why' | 'failing_since'>): WebhookState {
  if (!is_on) return off_why === null ? 'off' : 'switched_off';
  return failing_since === null ? 'on' : 'failing';
}
