// Queues the rows of the audit log that a webhook asks for. The audit log is the outbox: the cursor of a webhook and its new
// deliveries move in one transaction, so a crash neither loses a row nor queues one twice.
import type { AuditRepository } from '../audit/audit-repository.ts';
import type { AuditRow } from '../audit/audit-row.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Webhook, WebhookRepository } from '../webhook-store/webhook-repository.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { EventBody } from './event-body.ts';
import { createLooks } from './looks.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  auditRepository: Pick<AuditRepository, 'newestId' | 'piece'>;
  webhookRepository: Pick<WebhookRepository, 'all' | 'find' | 'moveCursor'>;
  deliveryRepository: Pick<DeliveryRepository, 'add' | 'write'>;
  matches: (patterns: readonly string[], row: AuditRow) => boolean;
  eventBody: EventBody;
  /** The first pause after an error. */
  retryMs: number;
  /** Called after the commit with the number of new deliveries. */
  onQueued: (count: number) => void;
};

const pieceRows = 200;

/** An error of one webhook holds up no other. Rows that are not queued now are queued at a later look. */
export function createFeeder(given: Given) {
  const { log, retryMs, webhookRepository } = given;
  const attempt = async (work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error }, 'events are not queued for the webhooks; tried again soon');
      return false;
    }
  };

  return createLooks(retryMs, (isStopped) =>
    attempt(async () => {
      let isDone = true;
      for (const { name } of webhookRepository.all().filter(({ is_on: isOn }) => isOn))
        if (!(await attempt(() => feedAll(name, isStopped)))) isDone = false;
      return isDone;
    }),
  );

  async function feedAll(name: string, isStopped: () => boolean): Promise<boolean> {
    while (!isStopped() && (await feedPiece(given, name))) await new Promise(setImmediate);
    return true;
  }
}

/** Returns whether there are more rows. */
function feedPiece(given: Given, name: string): Promise<boolean> {
  const { deliveryRepository, onQueued, untilFree } = given;
  return untilFree(() => {
    const piece = readPiece(given, name);
    if (piece === null) return false;
    const queued = deliveryRepository.write(() => queue(given, piece));
    if (queued > 0) onQueued(queued);
    return piece.hasMore;
  });
}

type Event = { row: AuditRow; body: string };
type Piece = { webhook: Webhook; events: Event[]; upTo: number; hasMore: boolean };

/** Null when the webhook has all rows, or is off. */
function readPiece(given: Given, name: string): Piece | null {
  const { auditRepository, webhookRepository } = given;
  const webhook = webhookRepository.find(name);
  if (!webhook?.is_on) return null;
  const newest = auditRepository.newestId();
  if (webhook.cursor === newest) return null;
  // The audit log of a backup may have replaced a longer one.
  if (webhook.cursor > newest) return { webhook, events: [], upTo: newest, hasMore: false };
  const range = { from: webhook.cursor + 1, to: newest + 1, isUp: true, limit: pieceRows };
  const read = auditRepository.piece({}, range);
  const hasMore = read.length === pieceRows;
  const upTo = hasMore ? (read.at(-1)?.id ?? newest) : newest;
  return { webhook, events: read.flatMap((row) => eventsOf(given, webhook, row)), upTo, hasMore };
}

/** None when the webhook does not ask for it. A row of which no event can be made is left out, or it would be met for ever. */
function eventsOf({ eventBody, log, matches }: Given, { name, events }: Webhook, row: AuditRow): Event[] {
  try {
    return matches(events, row) ? [{ row, body: eventBody(row) }] : [];
  } catch (error) {
    log.error(
      { err: error, webhook: name, audit_id: row.id },
      'a row of the audit log is not sent: it makes no event',
    );
    return [];
  }
}

/** Part of a transaction. Returns how many deliveries are new. */
function queue(
  { deliveryRepository, now, webhookRepository }: Given,
  { webhook, events, upTo }: Piece,
): number {
  const at = now().toISOString();
  let queued = 0;
  for (const { row, body } of events) {
    const { id, event, target } = row;
    const delivery = { webhook: webhook.name, audit_id: id, event, target, body };
    if (deliveryRepository.add(delivery, at) !== null) queued += 1;
  }
  webhookRepository.moveCursor(webhook.name, upTo);
  return queued;
}
