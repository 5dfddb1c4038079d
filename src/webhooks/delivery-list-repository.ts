// Reads deliveries and their attempts for pages, the API, and the health of webhooks.
import { type Db, prepareAll, prepareOnce } from '../core/db/open.ts';
import { type Attempt, type Delivery, type DeliveryStatus, eventIdColumn } from './delivery.ts';

/** `title`: of the record that the event is about. With its last attempt; null before the first. */
export type ListedDelivery = Delivery & { title: string | null; last: Attempt | null };
export type DeliveryFilter = {
  webhook?: string | undefined;
  status?: DeliveryStatus | undefined;
  audit_id?: number | undefined;
};

/** `month`: all of 30 days. */
export type Tally = {
  arrived: number;
  failed: number;
  waiting: number;
  arrivedOfMonth: number;
  month: number;
};

export type DeliveryList = ReturnType<typeof createDeliveryList>;

const columns = `d.id, d.webhook, d.audit_id, ${eventIdColumn}, d.event, d.target, d.status, d.attempts, d.created_at,
  d.next_at, d.ended_at,
  CASE WHEN json_valid(d.body) THEN CAST(d.body ->> '$.data.detail.title' AS TEXT) END AS title`;
const lastColumns = 'a.n, a.at, a.ms, a.status AS answer, a.error, a.response, a.by';
const joinLast = 'LEFT JOIN webhook_attempt AS a ON a.delivery = d.id AND a.n = d.attempts';
/** Deliveries of a webhook that is gone are being removed. */
const isOfWebhook = 'EXISTS (SELECT 1 FROM webhook WHERE name = d.webhook)';

const sql = {
  body: 'SELECT body FROM webhook_delivery WHERE id = ?',
  attempts:
    'SELECT n, at, ms, status, error, response, by FROM webhook_attempt WHERE delivery = ? ORDER BY n',
  counts: 'SELECT status, count(*) AS n FROM webhook_delivery WHERE webhook = ? GROUP BY status',
  /** Counts of all webhooks, by the time at which the event was queued. */
  tallies: `
    SELECT webhook, count(*) FILTER (WHERE status = 'delivered' AND created_at >= @day) AS arrived,
      count(*) FILTER (WHERE status = 'failed' AND created_at >= @day) AS failed,
      count(*) FILTER (WHERE status IN ('pending', 'retrying')) AS waiting,
      count(*) FILTER (WHERE status = 'delivered' AND created_at >= @month) AS arrivedOfMonth,
      count(*) FILTER (WHERE created_at >= @month) AS month
    FROM webhook_delivery INDEXED BY webhook_delivery_health GROUP BY webhook
  `,
  /** The durations of attempts that have arrived, the newest first. */
  latencies: `
    SELECT ms FROM webhook_attempt INDEXED BY webhook_attempt_arrived
    WHERE webhook = @webhook AND at >= @since AND error IS NULL ORDER BY at DESC LIMIT @max
  `,
  oldest:
    'SELECT id FROM webhook_delivery WHERE webhook = @webhook AND status = @status ORDER BY id LIMIT @limit',
  newestAttempt: 'SELECT max(at) AS at FROM webhook_attempt',
  lastArrived: `
    SELECT max(at) AS at FROM webhook_attempt INDEXED BY webhook_attempt_arrived WHERE webhook = ? AND error IS NULL
  `,
  failedSince: `
    SELECT count(*) AS n FROM (
      SELECT 1 FROM webhook_attempt INDEXED BY webhook_attempt_failed
      WHERE webhook = @webhook AND at >= @since AND error IS NOT NULL LIMIT @max
    )
  `,
};

type JoinedRow = Delivery &
  Pick<ListedDelivery, 'title'> &
  Omit<Attempt, 'n' | 'status'> & { n: number | null; answer: number | null };

export function createDeliveryList(ops: Db) {
  const statements = prepareAll(ops, sql);
  const prepare = prepareOnce(ops);

  return {
    /** The newest first; `before`: below that id. */
    list(
      { webhook, status, audit_id }: DeliveryFilter,
      before: number | null,
      limit: number,
    ): ListedDelivery[] {
      const where = [isOfWebhook];
      if (webhook !== undefined) where.push('d.webhook = @webhook');
      if (status !== undefined) where.push('d.status = @status');
      if (audit_id !== undefined) where.push('d.audit_id = @audit_id');
      if (before !== null) where.push('d.id < @before');
      const text = `SELECT ${columns}, ${lastColumns} FROM webhook_delivery AS d ${joinLast}
        WHERE ${where.join(' AND ')} ORDER BY d.id DESC LIMIT @limit`;
      return (prepare(text).all({ webhook, status, audit_id, before, limit }) as JoinedRow[]).map(toListed);
    },

    find(id: number): ListedDelivery | null {
      const text = `SELECT ${columns}, ${lastColumns} FROM webhook_delivery AS d ${joinLast}
        WHERE d.id = @id AND ${isOfWebhook}`;
      const row = prepare(text).get({ id }) as JoinedRow | undefined;
      return row ? toListed(row) : null;
    },

    /** The ids of the oldest ones with a status. */
    oldest: (webhook: string, status: DeliveryStatus, limit: number): number[] =>
      (statements.oldest.all({ webhook, status, limit }) as { id: number }[]).map(({ id }) => id),

    /** The text that is sent. */
    bodyOf: (id: number) => (statements.body.get(id) as { body: string } | undefined)?.body ?? '',

    attemptsOf: (id: number) => statements.attempts.all(id) as Attempt[],

    counts(webhook: string): Record<DeliveryStatus, number> {
      const rows = statements.counts.all(webhook) as { status: DeliveryStatus; n: number }[];
      const none = { pending: 0, retrying: 0, delivered: 0, failed: 0 };
      return { ...none, ...Object.fromEntries(rows.map(({ status, n }) => [status, n])) };
    },

    /** By webhook; one without deliveries is missing. */
    tallies(since: { day: string; month: string }): Map<string, Tally> {
      const rows = statements.tallies.all(since) as (Tally & { webhook: string })[];
      return new Map(rows.map(({ webhook, ...tally }) => [webhook, tally]));
    },

    /** At most `max`, the newest first. */
    latencies: (webhook: string, since: string, max: number): number[] =>
      (statements.latencies.all({ webhook, since, max }) as { ms: number }[]).map(({ ms }) => ms),

    /** The newest attempt of any webhook; null without one. */
    newestAttemptAt: () => (statements.newestAttempt.get() as { at: string | null }).at,

    lastArrivedAt: (webhook: string) => (statements.lastArrived.get(webhook) as { at: string | null }).at,

    /** Attempts that have failed since then, at most `max`. */
    failedSince: (webhook: string, since: string, max: number) =>
      (statements.failedSince.get({ webhook, since, max }) as { n: number }).n,
  };
}

function toListed({ n, at, ms, answer, error, response, by, ...delivery }: JoinedRow): ListedDelivery {
  return { ...delivery, last: n === null ? null : { n, at, ms, status: answer, error, response, by } };
}
