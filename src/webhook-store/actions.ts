// The actions on webhooks, for their routes and their audit rows.
import { AppError } from '../core/errors.ts';

export const webhookTarget = (name: string): string => `webhook:${name}`;

const common = { role: 'admin', changes: 'webhooks', target: webhookTarget } as const;

export const webhookActions = {
  /** Adds, changes, or switches on or off. */
  change: { name: 'webhook.changed', tier: 0, ...common },
  /** With its deliveries and its secret. */
  remove: { name: 'webhook.removed', tier: 1, ...common },
  /** Needs a reason. */
  rotate: { name: 'webhook.rotated', tier: 1, ...common },
} as const;

/** The server switches it off, so there is no route. */
export const switchedOffEvent = 'webhook.switched_off';

export function unknownWebhook(name: string): AppError {
  return new AppError('not_found', `There is no webhook named ${JSON.stringify(name.slice(0, 80))}.`);
}
