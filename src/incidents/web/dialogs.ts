// The dialogs of an incident: close, open again, edit, add an action item. A refused form keeps the typed values.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import type { Requester } from '../../core/audit.ts';
import type { AppError } from '../../core/errors.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Incident } from '../../incident-store/incident.ts';
import type { Action } from '../../web/action.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { incidentActions } from '../actions.ts';
import { limits, minResolution } from '../details.ts';
import { itemLimits } from '../items.ts';
import type { IncidentContext } from '../parts.ts';
import { postMortemKey } from '../post-mortem.ts';
import { readFields, readShown, viewFields } from './fields.ts';
import { answer } from './incident-page.ts';

type Numbered = { Params: { number: number } };

/** `name`: the last part of its address. `send` makes the change. */
type Dialog = {
  name: string;
  template: string;
  action: Action;
  view(
    incident: Incident,
    form: Form | null,
    error: AppError | undefined,
  ): { question: string; keep: string };
  send(incident: Incident, form: Form, by: Requester): Promise<Notice>;
};

const params = closedSchema({ number: idSchema });

export function registerIncidentDialogs(app: FastifyInstance, ctx: IncidentContext) {
  for (const dialog of dialogsOf(ctx)) {
    const path = `/ui/incidents/:number/${dialog.name}`;
    app.get<Numbered>(path, { config: { isPage: true }, schema: { params } }, (request, reply) =>
      show(reply, dialog, ctx.incidents.get(request.params.number), null),
    );

    const config = { action: dialog.action };
    app.post<Numbered & Posted>(
      path,
      { schema: { ...isForm.schema, params }, config },
      async (request, reply) => {
        const incident = ctx.incidents.get(request.params.number);
        const form = request.body ?? {};
        try {
          return await answer(reply, incident.number, await dialog.send(incident, form, requester(request)));
        } catch (thrown) {
          const error = readRefused(thrown, request);
          const current = ctx.incidents.get(incident.number);
          return show(reply.code(statusOf(error)).intoDialog(), dialog, current, form, error);
        }
      },
    );
  }
}

function show(reply: FastifyReply, dialog: Dialog, incident: Incident, form: Form | null, error?: AppError) {
  const { number } = incident;
  return reply.sendDialog(`incidents/${dialog.template}`, {
    ...dialog.view(incident, form, error),
    section: '/status',
    number,
    title: incident.title,
    action: url(`/ui/incidents/${number}/${dialog.name}`),
    needs: dialog.action.name,
    back: url(`/incidents/${number}`),
    form: form ?? {},
    ...readProblems(error),
  });
}

/** Throws the errors again that the form cannot correct. */
export function readRefused(thrown: unknown, request: FastifyRequest): AppError {
  const error = readRefusal(thrown, request);
  const codes = ['invalid_arguments', 'confirmation_required', 'edit_conflict', 'wrong_state'];
  if (codes.includes(error.code)) return error;
  throw error;
}

const dialogsOf = (ctx: IncidentContext): Dialog[] => [...moveDialogs(ctx), ...otherDialogs(ctx)];

function moveDialogs({ incidents, postMortems, documentRepository }: IncidentContext): Dialog[] {
  return [
    {
      name: 'close',
      template: 'dialog-close',
      action: incidentActions.close,
      view: ({ number, resolution, source }, form) => ({
        question: `Close incident #${number}?`,
        keep: 'Not yet',
        resolution: form?.resolution ?? resolution ?? '',
        canComeBack: source === 'finding',
        postMortemUrl: postMortemUrl(documentRepository, number),
        withPostMortem: form === null || form.post_mortem === 'on',
        min: minResolution,
        max: limits.resolution,
      }),
      async send({ number }, form, by) {
        await incidents.close(number, form.resolution ?? '', by);
        const started = form.post_mortem === 'on' ? await postMortems.tryStart(number, by) : null;
        if (started?.problem)
          return { tone: 'warn', title: 'Closed, without a post-mortem.', text: started.problem };
        const text = started?.isNew ? 'Its post-mortem has begun: see Linked.' : '';
        return { tone: 'ok', title: 'Closed.', text };
      },
    },
    {
      name: 'reopen',
      template: 'dialog-reopen',
      action: incidentActions.reopen,
      view: ({ number, status }) => ({
        question: `Open incident #${number} again?`,
        keep: `Leave it ${status}`,
      }),
      async send({ number }, _form, by) {
        await incidents.reopen(number, by);
        return { tone: 'ok', title: 'Open again.', text: 'Its due time is that of its first opening.' };
      },
    },
  ];
}

/** Null without one. A removed one keeps its page. */
function postMortemUrl({ find }: IncidentContext['documentRepository'], number: number): string | null {
  const document = find(postMortemKey(number));
  return document && url(`/documents/${document.kind}/${document.slug}`);
}

function otherDialogs(ctx: IncidentContext): Dialog[] {
  const { incidents, items } = ctx;
  return [
    {
      name: 'edit',
      template: 'dialog-edit',
      action: incidentActions.change,
      view: (incident, form, error) => ({
        question: `Edit incident #${incident.number}`,
        keep: 'Cancel',
        fields: viewFields(ctx, incident, form, error),
      }),
      async send({ number }, form, by) {
        await incidents.edit(number, readFields(form), by, { shown: readShown(form) });
        return { tone: 'ok', title: 'Saved.', text: '' };
      },
    },
    {
      name: 'items',
      template: 'dialog-item',
      action: incidentActions.item,
      view: ({ owner }, form) => ({
        question: 'Add an action item',
        keep: 'Cancel',
        text: form?.text ?? '',
        owner: form?.owner ?? owner ?? '',
        due: form?.due ?? '',
        max: itemLimits.text,
      }),
      async send({ number }, { text = '', owner = '', due = '' }, by) {
        const item = await items.add(number, { text, owner, due }, by);
        return { tone: 'ok', title: 'Action item added.', text: item.text };
      },
    },
  ];
}
