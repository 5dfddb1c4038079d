// The decisions on several groups at once: the rows that are ticked in the list.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { setFlash } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Fields, type Form, isForm, lastValues, type Posted } from '../../web/validation.ts';
import { decisionActions } from '../actions.ts';
import type { Decision } from '../decisions.ts';
import { type GroupState, groupStates, maxDecided } from '../group.ts';
import type { ErrorContext } from '../parts.ts';

/** A ticked row sends a field of its own, `group:12`, as a form has each field once. */
const field = /^group:(\d{1,15})$/;

const words = {
  resolved: { done: 'resolved', next: 'They open again when they are seen again.' },
  muted: { done: 'muted', next: 'They are still counted.' },
  open: { done: 'open again', next: '' },
} as const satisfies Record<GroupState, object>;

export function registerManyPages(app: FastifyInstance, { decisions, groups }: ErrorContext) {
  app.get<{ Querystring: Fields }>('/ui/errors/mute', { config: { isPage: true } }, ({ query }, reply) => {
    const form = lastValues(query);
    const ids = readIds(form);
    const back = app.landing(form.back ?? url('/errors'));
    return reply.sendDialog('errors/dialog-mute', {
      question: `Mute ${plural(ids.length, 'error')}?`,
      section: '/activity',
      titles: groups.titles(ids),
      action: url('/ui/errors/mute'),
      fields: [...ids.map((id) => [`group:${id}`, 'on']), ['back', back]],
      needs: decisionActions.muted.name,
      confirm: 'Mute',
      keep: ids.length === 1 ? 'Keep it open' : 'Keep them open',
      back,
    });
  });

  for (const state of groupStates) {
    const action = decisionActions[state];
    // The dialog is at the address of its form.
    const config = state === 'muted' ? { action } : { action, page: '/errors' };
    app.post<Posted>(`/ui/errors/${action.verb}`, { ...isForm, config }, async (request, reply) => {
      const form = request.body ?? {};
      const made = await decisions.decideAll(readIds(form), state, requester(request));
      const back = app.landing(form.back ?? url('/errors'));
      return sendDecisions(reply, made, { ...words[state], back });
    });
  }
}

/** Throws `bad_request`. */
function readIds(form: Form): number[] {
  const ids = Object.keys(form).flatMap((name) => Number(field.exec(name)?.[1] ?? 0) || []);
  if (ids.length === 0)
    throw new AppError('bad_request', 'No error is selected. Tick some in the list first.');
  if (ids.length > maxDecided) throw new AppError('bad_request', `At most ${maxDecided} errors at once.`);
  return ids;
}

/** The whole page is loaded again, because an update of the list waits while rows are ticked. */
function sendDecisions(
  reply: FastifyReply,
  decisions: Decision[],
  { done, next, back }: { done: string; next: string; back: string },
) {
  const made = decisions.filter((decision) => 'group' in decision).length;
  const left = decisions.flatMap((decision) => ('group' in decision ? [] : [decision]));
  const notice = {
    tone: left.length > 0 ? ('warn' as const) : ('ok' as const),
    title: `${plural(made, 'error')} ${done}.`,
    text: [...(made > 0 ? [next] : []), ...describeLeft(left)].filter(Boolean).join(' '),
  };
  if (!reply.request.headers['hx-request']) return reply.sendAction({ notice, redirect: back, hosts: [] });
  setFlash(reply, notice);
  return reply.header('hx-redirect', back).send('');
}

/** `No longer there: 9. Unchanged, because they were so already: 3, 4.` */
function describeLeft(left: Extract<Decision, { refusal: AppError }>[]): string[] {
  const named = (isGone: boolean) =>
    left.filter(({ refusal }) => (refusal.code === 'not_found') === isGone).map(({ id }) => id);
  const [gone, same] = [named(true), named(false)];
  return [
    ...(gone.length > 0 ? [`No longer there: ${gone.join(', ')}.`] : []),
    ...(same.length > 0 ? [`Unchanged, because they were so already: ${same.join(', ')}.`] : []),
  ];
}
