// The command for webhooks. It calls the API and prints the result; a new secret is printed alone, so that a script can keep it.
import { invalidArguments } from '../core/arguments.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { deliveryFlags, listDeliveries, replay } from './delivery-commands.ts';
import type { SentTestBody } from './delivery-body.ts';
import type { WebhookRecord } from './webhook-body.ts';

type Listed = { items: WebhookRecord[] };
type WithSecret = { secret: string };

const path = (name: string, more = '') => `/api/v1/webhooks/${encodeURIComponent(name)}${more}`;
const names = 'a webhook';

export const webhookCommands: Command[] = [
  {
    name: 'webhooks',
    example: 'list',
    summary:
      'Lists or changes webhooks: list, add NAME URL, set NAME, on NAME, off NAME, rotate NAME, remove NAME, test NAME, deliveries NAME, replay DELIVERY.',
    flags: {
      events: textFlag('Events with commas between them: names, groups such as job.*, tell-me, *'),
      url: textFlag('Another address'),
      at_once: switchFlag('The former secret no longer signs'),
      ...deliveryFlags,
      reason: textFlag('Reason, kept in the audit log'),
    },
    wordsMax: 3,
    verbs: {
      list: { run: list },
      add: { names: 'a new webhook', run: add },
      set: { names, run: set },
      on: { names, run: (...call) => change({ is_on: true }, ...call) },
      off: { names, run: (...call) => change({ is_on: false }, ...call) },
      rotate: { names, run: rotate },
      remove: { names, run: remove },
      test: { names, run: test },
      deliveries: { names, run: listDeliveries },
      replay: { names: 'the number of a delivery', listedBy: 'deliveries NAME', run: replay },
    },
  },
];

async function list(client: Client, _given: Given, screen: Screen) {
  const page = await client.get<Listed>('/api/v1/webhooks');
  const none = 'No webhooks. Add one: webhooks add NAME URL --events tell-me';
  return screen.show(page, ...(page.items.length > 0 ? page.items.map(format) : [none]));
}

async function add(client: Client, { name, rest, values: { events, reason } }: Given, screen: Screen) {
  const { items } = await client.get<Listed>('/api/v1/webhooks');
  if (items.some((one) => one.name === name))
    throw refuse(`There is a webhook ${name} already. Change it: webhooks set ${name}`);
  const wanted = { url: rest[1] ?? '', events: readEvents(events), ...whyOf(reason) };
  const added = await client.put<WebhookRecord & WithSecret>(path(name), wanted);
  return screen.show(added, added.secret);
}

async function set(client: Client, given: Given, screen: Screen) {
  const { url, events } = given.values;
  if (url === undefined && events === undefined) throw refuse('Give --url or --events.');
  const wanted = {
    ...(url !== undefined && { url }),
    ...(events !== undefined && { events: readEvents(events) }),
  };
  return change(wanted, client, given, screen);
}

async function change(
  wanted: Record<string, unknown>,
  client: Client,
  { name, values: { reason } }: Given,
  screen: Screen,
) {
  // An unknown name is refused as such, not as a webhook without an address.
  await client.get(path(name));
  const changed = await client.put<WebhookRecord>(path(name), { ...wanted, ...whyOf(reason) });
  return screen.show(changed, format(changed));
}

async function rotate(client: Client, { name, values: { at_once, reason } }: Given, screen: Screen) {
  const body = { ...whyOf(reason), ...(at_once === true && { at_once }) };
  const rotated = await client.post<WithSecret>(path(name, '/rotate'), body);
  return screen.show(rotated, rotated.secret);
}

async function remove(client: Client, { name, values: { reason } }: Given, screen: Screen) {
  await client.delete(path(name), whyOf(reason));
  return screen.show({ removed: name }, `${name} removed.`);
}

async function test(client: Client, { name }: Given, screen: Screen) {
  const tested = await client.post<SentTestBody>(path(name, '/test'), {});
  const code = screen.show(tested, describeTest(name, tested));
  return tested.status === 'delivered' ? code : exits.failed;
}

function describeTest(name: string, { status, http_status, ms, error }: SentTestBody): string {
  if (status === 'pending') return `The test waits: ${name} has not answered yet.`;
  const after = ms === null ? '' : ` after ${ms} ms`;
  if (error === null) return `The test arrived: ${http_status}${after}.`;
  return `The test did not arrive: ${error.replace(/\.$/, '')}${after}.`;
}

const whyOf = (reason: unknown) => (reason === undefined ? {} : { reason });

function readEvents(events: unknown): string[] {
  const written = String(events ?? '').split(',');
  return written.map((event) => event.trim()).filter(Boolean);
}

function format({ name, state, url, events, off_why }: WebhookRecord): string {
  const why = off_why === null ? '' : ` (${off_why})`;
  return `${name.padEnd(20)} ${state.replace('_', ' ').padEnd(12)} ${url} ${events.join(',')}${why}`;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'webhooks', message }]);
}
