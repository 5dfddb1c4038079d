// The settings of webhooks: the hosts that they may reach, and how long deliveries are kept.
import { AppError } from '../errors.ts';
import { integer, list } from './kinds.ts';

export const webhookSettings = {
  webhookHosts: list({
    key: 'webhooks.hosts',
    variable: 'CHL_WEBHOOK_HOSTS',
    group: 'webhooks',
    title: 'Hosts that webhooks may reach',
    text: 'Names or addresses besides this machine, which is always allowed.',
    separator: ',',
    allowed: 'Names or addresses without scheme and path, such as hooks.example.org or 10.0.0.5.',
    readItem: readHost,
  }),
  deliveryDays: integer({
    key: 'retention.delivery_days',
    variable: 'CHL_DELIVERY_DAYS',
    group: 'retention',
    title: 'Time that deliveries of webhooks are kept',
    text: 'With their attempts; one that still waits is kept longer.',
    min: 1,
    max: 3650,
    default: 30,
    unit: 'days',
  }),
  maxDeliveries: integer({
    key: 'retention.deliveries',
    variable: 'CHL_DELIVERIES',
    group: 'retention',
    title: 'Deliveries of webhooks kept',
    text: 'Of all webhooks together.',
    min: 100,
    max: 1_000_000,
    default: 10_000,
    unit: 'deliveries',
  }),
};

/** Returns it as an address writes it: in lower case, without brackets. */
function readHost(item: string, name: string): string {
  const bare = item.replace(/^\[(.*)\]$/, '$1');
  const written = bare.includes(':') ? `[${bare}]` : bare;
  if (URL.canParse(`http://${written}/`)) {
    const { hostname, host, pathname } = new URL(`http://${written}/`);
    if (pathname === '/' && host === hostname && !item.includes('@') && hostname !== '')
      return hostname.replace(/^\[(.*)\]$/, '$1');
  }
  const allowed = 'a name or an address without scheme, port and path';
  throw new AppError('config', `${name} has ${JSON.stringify(item)}; allowed: ${allowed}.`);
}
