// A delivery is a row of the audit log for one webhook. Pure rules: the state after an attempt, and the time of the next one.

export const deliveryStatuses = ['pending', 'retrying', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** `next_at`: when it is tried next; null when it has ended. */
export type Delivery = {
  id: number;
  webhook: string;
  audit_id: number;
  event_id: string;
  event: string;
  target: string | null;
  status: DeliveryStatus;
  attempts: number;
  created_at: string;
  next_at: string | null;
  ended_at: string | null;
};

/** `status`: of the answer; null without one. `error`: null when the event has arrived. */
export type Attempt = {
  n: number;
  at: string;
  ms: number;
  status: number | null;
  error: string | null;
  response: string | null;
  by: string | null;
};

/** The result of an attempt. `isFinal`: trying again would meet the same. `retryAfterMs`: the receiver asks for that pause.
 *  `isGone`: the receiver wants no more events. */
export type Exchange = Pick<Attempt, 'ms' | 'status' | 'error' | 'response'> & {
  isFinal: boolean;
  retryAfterMs: number;
  isGone: boolean;
};

export type Verdict = { status: Exclude<DeliveryStatus, 'pending'>; nextAt: string | null };

/** The target of the audit rows of a delivery. */
export const deliveryTarget = (id: number | string): string => `delivery:${id}`;

/** Names the event to the receiver, the same in each attempt; it is a part of the body. `restored`: the hash of the newest row that
 *  says that ops.db was put back from a backup, since the rows after it have numbers that were given before. */
export const eventId = (auditId: number, restored: string | null): string =>
  restored === null ? `evt_${auditId}` : `evt_${auditId}_${restored.slice(0, 8)}`;

/** SQL for the id that the body of a delivery has. */
export const eventIdColumn = `coalesce(json_extract(body, '$.data.id'), 'evt_' || audit_id) AS event_id`;

/** The row that an id such as `evt_42` or `evt_42_0a1b2c3d` names. */
export const auditIdOf = (id: string): number => Number(id.split('_')[1]);

/** The type of the events that people send as a test. They are sent to a webhook that is off, too, and tried once. */
export const testType = 'webhook.test';

const retrySeconds = [5, 30, 120, 600, 3600, 21_600];
export const maxAttempts = retrySeconds.length + 1;
const jitter = 0.2;
export const maxRetryAfterMs = 24 * 3_600_000;

/** `attempts`: with this one. `random`: from 0 to 1. */
export function judge(
  { event, attempts }: Pick<Delivery, 'event' | 'attempts'>,
  { error, isFinal, retryAfterMs }: Exchange,
  now: Date,
  random: () => number,
): Verdict {
  if (error === null) return { status: 'delivered', nextAt: null };
  const pause = retrySeconds[attempts - 1];
  if (isFinal || pause === undefined || event === testType) return { status: 'failed', nextAt: null };
  const spread = 1 - jitter + 2 * jitter * random();
  const ms = Math.max(pause * 1000 * spread, Math.min(retryAfterMs, maxRetryAfterMs));
  return { status: 'retrying', nextAt: new Date(now.getTime() + Math.round(ms)).toISOString() };
}
