// The dialog that opens an incident, prefilled from its cause: a finding, a job, a group of errors.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { closedSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Incident } from '../../incident-store/incident.ts';
import { statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { incidentActions } from '../actions.ts';
import { noDetails } from '../details.ts';
import type { IncidentContext } from '../parts.ts';
import type { Source } from '../sources.ts';
import { readRefused } from './dialogs.ts';
import { readFields, viewFields } from './fields.ts';

type Asked = { Querystring: { source_ref?: string } };

const path = '/ui/incidents/open';
const querystring = closedSchema({ source_ref: { type: 'string', maxLength: 100 } });

export function registerOpenDialog(app: FastifyInstance, ctx: IncidentContext) {
  const { incidents, sources } = ctx;
  const sourceOf = (ref: string | undefined) => (ref ? sources.read(ref) : null);

  app.get<Asked>(path, { config: { isPage: true }, schema: { querystring } }, (request, reply) => {
    const source = sourceOf(request.query.source_ref);
    const active = source && sources.activeOf(source);
    return active ? sendActive(reply, active) : sendOpening(ctx, reply, source, null);
  });

  app.post<Posted>(path, { ...isForm, config: { action: incidentActions.open } }, async (request, reply) => {
    const form = request.body ?? {};
    const source_ref = form.source_ref || null;
    try {
      const given = { ...readFields(form), source_ref };
      const { number, title } = await incidents.open(given, requester(request));
      return await reply.sendAction({
        notice: { tone: 'ok', title: `Incident #${number} opened.`, text: title },
        redirect: url(`/incidents/${number}`),
        hosts: [],
      });
    } catch (thrown) {
      const error = readRefused(thrown, request);
      reply.code(statusOf(error)).intoDialog();
      const source = sourceOf(source_ref ?? undefined);
      const active = source && sources.activeOf(source);
      return active ? sendActive(reply, active) : sendOpening(ctx, reply, source, form, error);
    }
  });
}

function sendOpening(
  ctx: IncidentContext,
  reply: FastifyReply,
  source: Source | null,
  form: Form | null,
  error?: AppError,
) {
  return reply.sendDialog('incidents/dialog-open', {
    question: 'Open an incident',
    section: '/status',
    keep: 'Cancel',
    action: url(path),
    needs: incidentActions.open.name,
    back: url('/incidents'),
    sourceRef: source?.source_ref ?? '',
    cause: source?.entry.text.split('\n').slice(1).join(' '),
    fields: viewFields(ctx, source?.details ?? noDetails, form, error),
    ...readProblems(error),
  });
}

/** Its cause has an incident already. */
function sendActive(reply: FastifyReply, { number, title, status }: Incident) {
  return reply.sendDialog('incidents/dialog-active', {
    question: `Incident #${number} has this cause`,
    section: '/status',
    keep: 'Go back',
    title,
    status,
    number,
    href: url(`/incidents/${number}`),
    back: url('/incidents'),
  });
}
