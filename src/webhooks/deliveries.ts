// Deliveries as pages and the API list them.
import { invalidArguments } from '../core/arguments.ts';
import { AppError } from '../core/errors.ts';
import type { DeliveryFilter, DeliveryList, ListedDelivery } from './delivery-list-repository.ts';

export type Deliveries = ReturnType<typeof createDeliveries>;

export function createDeliveries({ deliveryList }: { deliveryList: DeliveryList }) {
  return {
    /** The newest first. Throws `invalid_arguments` for a cursor that no page has given. */
    page({ cursor, limit, ...filter }: DeliveryFilter & { cursor?: string | undefined; limit: number }) {
      const found = deliveryList.list(filter, readCursor(cursor), limit + 1);
      const items = found.slice(0, limit);
      const next = found.length > limit ? String(items.at(-1)?.id) : null;
      return { items, next_cursor: next };
    },

    /** With its attempts and the text that is sent. Throws `not_found`. */
    find(id: number) {
      const delivery: ListedDelivery | null = deliveryList.find(id);
      if (!delivery) throw unknownDelivery(id);
      return { ...delivery, tries: deliveryList.attemptsOf(id), body: deliveryList.bodyOf(id) };
    },

    newestAttemptAt: deliveryList.newestAttemptAt,

    /** By status. */
    counts: deliveryList.counts,
  };
}

export const unknownDelivery = (id: number) =>
  new AppError(
    'not_found',
    `There is no delivery ${id}. It may have been removed with its webhook, or by age.`,
  );

/** The id of the last delivery of the page before. */
function readCursor(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArguments([
    { field: 'cursor', message: 'cursor: take it from `next_cursor` of the page before.' },
  ]);
}
