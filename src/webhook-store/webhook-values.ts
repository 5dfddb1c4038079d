// Reads the values of a webhook from people and files: their faults, and changes by somebody else in the meantime.
import { type ArgumentProblem, invalidArguments, readProblems } from '../core/arguments.ts';
import type { Edit } from '../core/edit-conflict.ts';
import { secretState } from '../core/secret-state.ts';
import { findPatternFaults } from './event-patterns.ts';
import { findUrlFault, type ResolveTarget, withoutTokens } from './target.ts';
import type { Webhook } from './webhook-repository.ts';

export type WebhookValue = Pick<Webhook, 'url' | 'events' | 'is_on'>;

/** A member that is missing keeps its value; a new webhook needs all but `is_on`. */
export type GivenWebhook = { url?: unknown; events?: unknown; is_on?: unknown };

/** The texts that a form showed. `events`: as `eventsText` gives them. `is_on`: `true` or `false`. */
export type WebhookTexts = {
  url?: string | undefined;
  events?: string | undefined;
  is_on?: string | undefined;
};

/** `/settings/webhooks/new` */
const formName = 'new';
const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** `events`: names of the known events. `hosts`: those that webhooks may reach besides this machine. */
export type Rules = { events: readonly string[]; hosts: readonly string[] };

/** All faults that show without looking up a name. */
export function findFaults(
  name: string,
  given: GivenWebhook,
  stored: Webhook | null,
  { events, hosts }: Rules,
): ArgumentProblem[] {
  const { url, is_on = true } = given;
  const faults: ArgumentProblem[] = [];
  const add = (field: string, message: string) => faults.push({ field, message });
  if (!namePattern.test(name))
    add('name', 'Name: small letters, digits and hyphens, a letter or digit first, at most 40.');
  if (name === formName) add('name', 'Name: new is the address of the form. Choose another name.');
  const urlFault = url === undefined && stored ? null : findUrlFault(url, hosts);
  if (urlFault !== null) add('url', urlFault);
  const patterns = given.events === undefined && stored ? [] : findPatternFaults(given.events, events);
  for (const message of patterns) add('events', message);
  if (typeof is_on !== 'boolean') add('is_on', 'is_on must be true or false.');
  return faults;
}

/** Throws `invalid_arguments` with all faults. One whose name is not resolved any more can still be switched off. */
export async function readValue(
  name: string,
  given: GivenWebhook,
  stored: Webhook | null,
  rules: Rules & { resolveTarget: ResolveTarget },
): Promise<WebhookValue> {
  const faults = findFaults(name, given, stored, rules);
  const value = merge(given, stored);
  const isTried = value.is_on || value.url !== stored?.url;
  if (isTried && !faults.some(({ field }) => field === 'url'))
    await rules.resolveTarget(value.url, rules.hosts).catch((error) => {
      const { problems } = readProblems(error);
      if (problems.length === 0) throw error;
      faults.push(...problems);
    });
  if (faults.length > 0) throw invalidArguments(faults);
  return value;
}

/** With the stored values of members that are missing. */
function merge(given: GivenWebhook, stored: Webhook | null): WebhookValue {
  const { url = stored?.url ?? '', events = stored?.events ?? [], is_on = stored?.is_on ?? true } = given;
  return {
    url: String(url).trim(),
    events: Array.isArray(events) ? [...new Set(events as string[])] : [],
    is_on: is_on as boolean,
  };
}

/** The values as a form shows and sends them. */
export const eventsText = (events: readonly string[]): string => events.join(', ');

export const textsOf = ({ url, events, is_on }: WebhookValue) => ({
  url,
  events: eventsText(events),
  is_on: String(is_on),
});

export const isSameValue = (one: WebhookValue, other: WebhookValue): boolean =>
  JSON.stringify(textsOf(one)) === JSON.stringify(textsOf(other));

/** Compares nothing for a sender that does not say which values it showed. */
export function editsOf(value: WebhookValue, stored: Webhook, shown: WebhookTexts = {}): Edit[] {
  const [given, kept] = [textsOf(value), textsOf(stored)];
  return (['url', 'events', 'is_on'] as const).map((field) => ({
    field,
    title: titles[field],
    shown: shown[field],
    stored: kept[field],
    given: given[field],
    change: stored,
    describe: (text) => describeField(field, text),
  }));
}

const titles = { url: 'Address', events: 'Events', is_on: 'Switch' };

function describeField(field: keyof typeof titles, text: string): string {
  if (field === 'is_on') return text === 'true' ? 'on' : 'off';
  return field === 'url' ? withoutTokens(text) : text;
}

/** The part that a save replaces. */
export const storedOf = ({ url, events, is_on, changed_at }: Webhook) => ({ url, events, is_on, changed_at });

/** The values as the audit log keeps them: the end of an address may have a token, so only its state is kept. */
export function auditedValues({ url, events, is_on }: WebhookValue, former: WebhookValue | null = null) {
  const [end, before] = [endOf(url), former && endOf(former.url)];
  const state = end === null && (before ?? null) === null ? {} : { end_of_url: secretState(end, before) };
  return { url: withoutTokens(url), ...state, events, is_on };
}

/** Null for an address that is shown in full. */
const endOf = (url: string): string | null => (withoutTokens(url) === url ? null : url);
