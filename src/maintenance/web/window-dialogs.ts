// The dialogs that end or extend a window. They open on every page, from the banner.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import { idSchema, objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { isOfAnother, stateOf, type Window } from '../../window-store/window.ts';
import { maintenanceActions } from '../actions.ts';
import type { MaintenanceContext } from '../parts.ts';
import { windowsPath } from './open-windows.ts';
import { readMinutes, viewExtension } from './start-form.ts';
import { dayTime } from '../../web/template-globals.ts';
import { viewWindow } from './window-view.ts';

type Numbered = { Params: { id: number } };
type Refused = { form: Form; error: AppError };

const params = objectSchema({ id: idSchema });
const read = { config: { isPage: true }, schema: { params } } as const;
const posted = { ...isForm.schema, params };

export function registerWindowDialogs(
  app: FastifyInstance,
  { windows }: Pick<MaintenanceContext, 'windows'>,
) {
  const endPath = '/ui/maintenance/:id/end';
  app.get<Numbered>(endPath, read, ({ params: { id } }, reply) => sendEnd(reply, windows.find(id)));
  const ends = { schema: posted, config: { action: maintenanceActions.end } };
  app.post<Numbered & Posted>(endPath, ends, async (request, reply) => {
    const { id } = request.params;
    const form = request.body ?? {};
    const wasPlanned = stateOf(windows.find(id)) === 'planned';
    try {
      await windows.end(id, requester(request), form);
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'confirmation_required') throw error;
      return sendEnd(reply.code(statusOf(error)).intoDialog(), windows.find(id), { form, error });
    }
    return wasPlanned
      ? answer(reply, 'The planned window was cancelled.', 'Nothing will be held back.')
      : answer(reply, 'Maintenance has ended.', 'Jobs that waited for it start now.');
  });

  const extendPath = '/ui/maintenance/:id/extend';
  app.get<Numbered>(extendPath, read, ({ params: { id } }, reply) => sendExtend(reply, windows.find(id)));
  const extends_ = { schema: posted, config: { action: maintenanceActions.extend } };
  app.post<Numbered & Posted>(extendPath, extends_, async (request, reply) => {
    const { id } = request.params;
    const form = request.body ?? {};
    try {
      const { ends_at } = await windows.extend(id, readMinutes(form), requester(request));
      return await answer(reply, 'The window is longer.', `It ends on ${dayTime(ends_at)}.`);
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'invalid_arguments') throw error;
      return sendExtend(reply.code(statusOf(error)).intoDialog(), windows.find(id), { form, error });
    }
  });
}

function answer(reply: FastifyReply, title: string, text: string) {
  const notice: Notice = { tone: 'ok', title, text };
  return reply.sendAction({ notice, redirect: url(windowsPath), hosts: ['maintenance-banner'] });
}

/** The window of another person needs a reason. */
function sendEnd(reply: FastifyReply, window: Window, refused?: Refused) {
  const isPlanned = stateOf(window) === 'planned';
  const isOthers = isOfAnother(window, requester(reply.request).actor);
  const { problemOf } = readProblems(refused?.error);
  return reply.sendDialog('maintenance/dialog-window', {
    ...common(window),
    question: isPlanned ? 'Cancel the planned window?' : 'End maintenance now?',
    lines: [
      isPlanned ? 'It will not begin. You can plan another one at any time.' : describeEffectOfEnd(window),
      ...(isOthers
        ? [`It is the window of ${window.created_by}, so say why; it is kept in the audit log.`]
        : []),
    ],
    asksReason: true,
    reasonLabel: isOthers ? 'Reason' : 'Reason (optional)',
    minReason: isOthers ? reasonMinLength : 0,
    reason: refused?.form.reason ?? '',
    problem: null,
    problemOf: { reason: problemOf('reason') },
    needs: maintenanceActions.end.name,
    action: url(`/ui/maintenance/${window.id}/end`),
    confirm: isPlanned ? 'Cancel window' : 'End now',
    keep: isPlanned ? 'Keep it planned' : 'Keep maintenance',
  });
}

function describeEffectOfEnd({ level }: Window): string {
  return level === 'announce'
    ? 'The banner disappears. Nothing was held back.'
    : 'Everything is possible again at once, and jobs that waited for it start.';
}

function sendExtend(reply: FastifyReply, window: Window, refused?: Refused) {
  const { problemOf } = readProblems(refused?.error);
  return reply.sendDialog('maintenance/dialog-window', {
    ...common(window),
    question: 'Extend the window?',
    lines: [`It ends on ${dayTime(window.ends_at)} now. A window lasts at most 24 hours in all.`],
    asksReason: false,
    problem: null,
    ...viewExtension(refused?.form ?? {}),
    problemOf: { minutes: problemOf('minutes') },
    needs: maintenanceActions.extend.name,
    action: url(`/ui/maintenance/${window.id}/extend`),
    confirm: 'Extend',
    keep: 'Keep its end',
  });
}

function common(window: Window) {
  return { window: viewWindow(window, null), section: '/settings', back: url(windowsPath) };
}
