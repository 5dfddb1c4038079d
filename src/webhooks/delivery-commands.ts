// The verbs of the command for webhooks that list deliveries and send one again.
import { invalidArguments } from '../core/arguments.ts';
import { formatList } from '../core/format.ts';
import type { Client, Given } from '../core/terminal/command.ts';
import type { Flags } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { deliveryStatuses } from './delivery.ts';
import type { DeliveryBody } from './delivery-body.ts';

type Page = { items: DeliveryBody[]; next_cursor: string | null };

export const deliveryFlags: Flags = {
  status: { type: 'string', title: 'Only deliveries in this state', enum: [...deliveryStatuses] },
};

const listPath = (webhook: string) => `/api/v1/webhooks/${encodeURIComponent(webhook)}/deliveries`;

export async function listDeliveries(client: Client, { name, values: { status } }: Given, screen: Screen) {
  const query = status === undefined ? '' : `?status=${encodeURIComponent(String(status))}`;
  const page = await client.get<Page>(`${listPath(name)}${query}`);
  const { items, next_cursor: next } = page;
  if (items.length === 0) return screen.show(page, 'No deliveries.');
  const more = next === null ? [] : ['There are older ones: /settings/webhooks lists all.'];
  return screen.show(page, ...items.map(format), ...more);
}

/** Sends one again, which its number names, or the id of its event where one webhook has got it. */
export async function replay(client: Client, { name: named, values: { reason } }: Given, screen: Screen) {
  const id = named.startsWith('evt_') ? await findDelivery(client, named) : named;
  const place = `/api/v1/deliveries/${encodeURIComponent(id)}/replay`;
  const replayed = await client.post<object>(place, reason === undefined ? {} : { reason });
  return screen.show(replayed, `Delivery ${id} is sent again.`);
}

async function findDelivery(client: Client, eventId: string): Promise<number> {
  const webhooks = await client.get<{ items: { name: string }[] }>('/api/v1/webhooks');
  const query = `?event_id=${encodeURIComponent(eventId)}`;
  const pages = await Promise.all(
    webhooks.items.map(({ name }) => client.get<Page>(`${listPath(name)}${query}`)),
  );
  const [found, ...others] = pages.flatMap(({ items }) => items);
  if (!found) throw refuse(`No webhook has a delivery of ${eventId}. It may have been removed by its age.`);
  if (others.length === 0) return found.id;
  const all = [found, ...others].map(({ id, webhook }) => `${id} to ${webhook}`);
  throw refuse(`${eventId} has several deliveries: ${formatList(all)}. Name one by its number.`);
}

function format({ id, event_id, event, status, attempts, max_attempts, last }: DeliveryBody): string {
  const tries = status === 'retrying' ? `${attempts} of ${max_attempts}` : String(attempts);
  const error = last?.error ? `: ${last.error}` : '';
  return [String(id).padEnd(8), event_id.padEnd(12), event.padEnd(24), status.padEnd(10), tries + error].join(
    ' ',
  );
}

function refuse(message: string) {
  return invalidArguments([{ field: 'delivery', message }]);
}
