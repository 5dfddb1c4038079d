// The webhooks in a file of settings, without their secrets. One that the file does not name stays as it is.
import { invalidArguments } from '../core/arguments.ts';
import { isObject } from '../core/json.ts';
import { mayAct, type Role } from '../core/role.ts';
import type { ImportedWebhook, WebhookImport } from '../webhook-store/import-webhooks.ts';
import { withoutTokens } from '../webhook-store/target.ts';
import type { Webhook } from '../webhook-store/webhook-repository.ts';
import { isSameValue, type WebhookValue } from '../webhook-store/webhook-values.ts';
import type { ImportChange } from './import-plan.ts';

type FileWebhook = { name: string; url: unknown } & Record<string, unknown>;

const prefix = 'webhooks.';
/** The key of a change of a webhook among those of settings, of which `webhooks.hosts` is one. */
export const webhookKey = (name: string) => `${prefix}${name}`;
export const isWebhookChange = ({ key, title }: Pick<ImportChange, 'key' | 'title'>) =>
  key.startsWith(prefix) && title === titleOf(key.slice(prefix.length));
const titleOf = (name: string) => `Webhook ${name}`;

const exportedOf = ({ url, events, is_on }: WebhookValue): WebhookValue => ({ url, events, is_on });

/** `role`: of the reader. Only an admin gets the end of an address, which may have a token. */
export const toFileWebhooks = (all: readonly Webhook[], role: Role) =>
  hideQueries(
    all.map((webhook) => ({ name: webhook.name, ...exportedOf(webhook) })),
    role,
  );

export const hideQueries = <Item extends { url: unknown }>(list: Item[], role: Role): Item[] =>
  mayAct(role, 'admin') ? list : list.map((item) => ({ ...item, url: withoutTokens(String(item.url)) }));

/** Throws `invalid_arguments` for a list that names no webhooks, or one of them twice. */
export function readFileWebhooks(list: unknown[]): FileWebhook[] {
  const seen = new Set<string>();
  return list.map((item) => {
    if (!isObject(item) || typeof item.name !== 'string' || !('url' in item))
      throw refuse('Each item of webhooks must be an object with a name, url, events and is_on.');
    if (seen.has(item.name)) throw refuse(`The file has the webhook ${JSON.stringify(item.name)} twice.`);
    seen.add(item.name);
    return item as FileWebhook;
  });
}

/** `hosts`: those that webhooks may reach once the file is imported. */
export function compareWebhook(
  item: FileWebhook,
  known: Pick<WebhookImport, 'all' | 'findFaults'>,
  hosts: readonly string[],
): ImportChange {
  const { name, ...given } = item;
  const stored = known.all().find((one) => one.name === name);
  const before = stored ? exportedOf(stored) : null;
  const after = { is_on: true, ...given };
  const change = { key: webhookKey(name), title: titleOf(name), before, after };
  const unknown = Object.keys(given).find((one) => !['url', 'events', 'is_on'].includes(one));
  const faults = unknown
    ? [`It has an unknown member ${JSON.stringify(unknown.slice(0, 80))}.`]
    : known.findFaults(name, after, hosts);
  if (faults.length > 0) return { ...change, state: 'refused', why: faults.join(' ') };
  const isSame = before !== null && isSameValue(before, after as unknown as WebhookValue);
  return { ...change, state: isSame ? 'unchanged' : 'changed', why: null };
}

/** The webhooks of changes that can be applied. */
export function wantedWebhooks(changes: readonly ImportChange[]): ImportedWebhook[] {
  const wanted = changes.filter((change) => isWebhookChange(change) && change.state === 'changed');
  return wanted.map(({ key, after }) => ({ name: key.slice(prefix.length), to: after as WebhookValue }));
}

/** The names of webhooks that an import adds; each gets a secret that nobody has seen. */
export const addedWebhooks = (changes: readonly ImportChange[]): string[] =>
  changes
    .filter((change) => isWebhookChange(change) && change.state === 'changed' && change.before === null)
    .map(({ key }) => key.slice(prefix.length));

/** `http://127.0.0.1:9000/hook?…, job.* tell-me, off`; as JSON anything that is no webhook. */
export function formatFileWebhook(_change: unknown, value: unknown): string {
  if (value === null) return 'none';
  const { url, events, is_on } = value as Partial<WebhookValue>;
  if (typeof url !== 'string' || !Array.isArray(events)) return JSON.stringify(value);
  return `${withoutTokens(url)}, ${events.join(' ')}${is_on === false ? ', off' : ''}`;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'file', message }]);
}
