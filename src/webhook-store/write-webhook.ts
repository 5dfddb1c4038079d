// Stores a webhook, in the transaction of the caller.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { isSameValue, type WebhookValue } from './webhook-values.ts';
import type { Webhook, WebhookRepository } from './webhook-repository.ts';

type Given = { webhookRepository: WebhookRepository; now: () => Date };

/** `secretAt`: the time of the secret that was staged for a new webhook; null for one that was there. */
export type Wanted = { name: string; value: WebhookValue; secretAt: string | null };

export type Written = { before: Webhook | null; after: Webhook };

/** Nothing is sent for the time in which a webhook was off, or was not there. Throws `edit_conflict` for one that was removed
 *  meanwhile. */
export function writeWebhook({ webhookRepository, now }: Given, wanted: Wanted, by: Requester): Written {
  const { name, value, secretAt } = wanted;
  const before = webhookRepository.find(name);
  const change = { changed_at: now().toISOString(), changed_by: by.actor };
  const cursor = webhookRepository.newestAuditId();
  if (before) {
    if (isSameValue(before, value)) return { before, after: before };
    const fresh = value.is_on && !before.is_on ? { cursor, off_why: null, failing_since: null } : {};
    const moved = value.url === before.url ? {} : { failing_since: null };
    const after = { ...before, ...fresh, ...moved, ...value, ...change };
    webhookRepository.put(after);
    return { before, after };
  }
  if (secretAt === null) {
    const message = `The webhook ${name} has been removed meanwhile. Nothing was saved. Save again to add it.`;
    throw new AppError('edit_conflict', message);
  }
  const secret = { secret_at: secretAt, secret_by: by.actor, old_secret_until: null };
  const state = { cursor, failing_since: null, off_why: null, created_at: change.changed_at };
  const after = { name, ...value, ...secret, ...state, ...change };
  webhookRepository.put(after);
  return { before, after };
}
