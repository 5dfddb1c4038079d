// The form of a webhook: its fields, and the typed values when it is shown again.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import type { Role } from '../../core/role.ts';
import { url } from '../../core/url.ts';
import { allEvents, preset } from '../../webhook-store/event-patterns.ts';
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import { eventsText, textsOf } from '../../webhook-store/webhook-values.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { patternGroups } from '../describe-events.ts';
import { shownUrl, webhookAction, webhookPath } from './webhooks-view.ts';

/** A box sends a field of its own, `event:job.*`, as a form has each field once. */
const boxPrefix = 'event:';
const fields = ['url', 'events'] as const;

/** `stored`: null for a new webhook. */
export type ShownForm = { stored: Webhook | null; form: Form; error?: AppError | undefined };

/** The ticked patterns. */
export const eventsOf = (form: Form): string[] =>
  Object.keys(form).flatMap((name) => (name.startsWith(boxPrefix) ? [name.slice(boxPrefix.length)] : []));

/** The values that the form of a stored webhook showed; null for a form that sends none. */
export function shownOf(form: Form): { url?: string; events?: string } {
  const sent = fields.flatMap((name) => {
    const was = form[wasName(name)];
    return was === undefined ? [] : [[name, was] as const];
  });
  return Object.fromEntries(sent);
}

export function viewForm({ stored, form, error }: ShownForm, eventNames: readonly string[], role: Role) {
  const { problemOf, problems, message } = readProblems(error);
  const texts = stored ? textsOf(stored) : { url: '', events: '' };
  const isSent = error !== undefined;
  const typed = isSent ? { ...form, events: eventsText(eventsOf(form)) } : form;
  const [address, events] = fields.map((name) => showAgain(typed, { name, stored: texts[name] }, error));
  const chosen = new Set((events?.value ?? '').split(', '));
  const known = ['name', ...fields];
  return {
    name: stored?.name ?? null,
    typedName: form.name ?? '',
    action: stored ? webhookAction(stored.name, 'edit') : url('/ui/webhooks/new'),
    back: url(stored ? webhookPath(stored.name) : '/settings/webhooks'),
    hosts: `${url('/settings/limits')}#set-webhooks-hosts`,
    isRefused: isSent,
    messages: [
      message,
      ...problems.filter(({ field }) => !known.includes(field)).map((one) => one.message),
    ].filter(Boolean),
    problemOf: { name: problemOf('name'), url: problemOf('url') },
    eventProblems: problems.filter(({ field }) => field === 'events').map((one) => one.message),
    url: isSent ? (address?.value ?? '') : shownUrl(address?.value ?? '', role),
    was: stored
      ? [
          [wasName('url'), address?.was ?? ''],
          [wasName('events'), events?.was ?? ''],
        ].filter(() => role === 'admin')
      : [],
    presets: [
      box(
        preset,
        'tell-me',
        'The news: findings and incidents, the first failure of an operation and its next success, backups, and missed schedules.',
        chosen,
      ),
      box(
        allEvents,
        'All events',
        'Every row of the audit log but those about webhooks, refused ones included.',
        chosen,
      ),
    ],
    groups: patternGroups(eventNames).map(({ title, choices }) => {
      const count = choices.filter(({ pattern }) => chosen.has(pattern)).length;
      return {
        title,
        id: `events-${title.toLowerCase().replace(/\W+/g, '-')}`,
        boxes: choices.map(({ pattern, word }) => box(pattern, pattern, word, chosen)),
        count,
      };
    }),
  };
}

const box = (pattern: string, word: string, text: string, chosen: ReadonlySet<string>) => ({
  ...{ word, text },
  field: boxPrefix + pattern,
  boxId: `w-${pattern.replace('.*', '-all').replace('*', 'all').replace('.', '-')}`,
  isChosen: chosen.has(pattern),
});
