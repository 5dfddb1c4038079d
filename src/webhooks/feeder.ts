// Queues the rows of the audit log that a webhook asks for. The audit log is the outbox: the cursor of a webhook and its new
// deliveries move in one transaction, so a crash neither loses a row nor queues one twice.
import type { AuditRepository } from '../audit/audit-repository.ts';
import type { AuditRow } from '../audit/audit-row.ts';
import { coalesceNext } from '../core/coalesce.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Webhook, WebhookRepository } from '../webhook-store/webhook-repository.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { EventBody } from './event-body.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  auditRepository: Pick<AuditRepository, 'newestId' | 'piece'>;
  webhookRepository: Pick<WebhookRepository, 'all' | 'find' | 'moveCursor'>;
  deliveryRepository: Pick<DeliveryRepository, 'add' | 'write'>;
  matches: (patterns: readonly string[], row: AuditRow) => boolean;
  eventBody: EventBody;
  /** Called after the commit with the number of new deliveries. */
  onQueued: (count: number) => void;
};

const pieceRows = 200;

export type Feeder = ReturnType<typeof createFeeder>;

export function createFeeder(given: Given) {
  const { log, webhookRepository } = given;
  let isStopped = true;
  let latest: Promise<void> = Promise.resolve();

  /** Never rejects: rows that are not queued now are queued at the next look. */
  const feedAll = coalesceNext(async () => {
    try {
      for (const { name } of webhookRepository.all().filter(({ is_on: isOn }) => isOn))
        while (!isStopped && (await feedPiece(given, name))) await new Promise(setImmediate);
    } catch (error) {
      log.error({ err: error }, 'events are not queued for the webhooks; tried again with the next one');
    }
  });

  return {
    start() {
      isStopped = false;
      return look();
    },
    /** Queues all rows up to now; a call during a run gets the next one. */
    look,
    async stop() {
      isStopped = true;
      await latest;
    },
  };

  function look(): Promise<void> {
    if (isStopped) return Promise.resolve();
    latest = feedAll();
    return latest;
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

type Piece = { webhook: Webhook; rows: AuditRow[]; upTo: number; hasMore: boolean };

/** Null when the webhook has all rows, or is off. */
function readPiece({ auditRepository, webhookRepository, matches }: Given, name: string): Piece | null {
  const webhook = webhookRepository.find(name);
  if (!webhook?.is_on) return null;
  const newest = auditRepository.newestId();
  if (webhook.cursor === newest) return null;
  // The audit log of a backup may have replaced a longer one.
  if (webhook.cursor > newest) return { webhook, rows: [], upTo: newest, hasMore: false };
  const range = { from: webhook.cursor + 1, to: newest + 1, isUp: true, limit: pieceRows };
  const read = auditRepository.piece({}, range);
  const hasMore = read.length === pieceRows;
  const upTo = hasMore ? (read.at(-1)?.id ?? newest) : newest;
  return { webhook, rows: read.filter((row) => matches(webhook.events, row)), upTo, hasMore };
}

/** Part of a transaction. Returns how many deliveries are new. */
function queue(
  { deliveryRepository, eventBody, now, webhookRepository }: Given,
  { webhook, rows, upTo }: Piece,
): number {
  const at = now().toISOString();
  let queued = 0;
  for (const row of rows) {
    const { id, event, target } = row;
    const delivery = { webhook: webhook.name, audit_id: id, event, target, body: eventBody(row) };
    if (deliveryRepository.add(delivery, at) !== null) queued += 1;
  }
  webhookRepository.moveCursor(webhook.name, upTo);
  return queued;
}
