// The page of one incident, its form for notes and its buttons.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { plural } from '../../core/format.ts';
import { closedSchema, idSchema, objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { incidentActions } from '../actions.ts';
import { limits } from '../details.ts';
import { type ActionItemState, actionItemStates } from '../items.ts';
import type { IncidentContext } from '../parts.ts';
import { runActions } from '../../runbooks/run.ts';
import { incidentTarget } from '../../incident-store/incident.ts';
import { viewOlder } from './incident-view.ts';

export const incidentPage: Page = {
  path: '/incidents/:number',
  api: '/api/v1/incidents/:number',
  cards: ['incident'],
  examples: ['/incidents/1'],
};

type Numbered = { Params: { number: number } };
type Paged = Numbered & { Querystring: { before?: number } };
type Item = { Params: { number: number; n: number } };

const params = closedSchema({ number: idSchema });
const page = incidentPage.path;

export function registerIncidentPage(app: FastifyInstance, ctx: IncidentContext) {
  const { incidents, items, postMortems } = ctx;
  const schema = { params, querystring: objectSchema({ before: idSchema }) };
  app.get<Paged>(page, { config: { isPage: true }, schema }, ({ params, query }, reply) => {
    const { number } = incidents.get(params.number);
    const older = query.before === undefined ? null : viewOlder(ctx, number, query.before);
    return sendIncident(reply, number, { older });
  });

  const notes = { schema: { ...isForm.schema, params }, config: { action: incidentActions.entry, page } };
  app.post<Numbered & Posted>('/ui/incidents/:number/notes', notes, async (request, reply) => {
    const { number } = request.params;
    const text = request.body?.text ?? '';
    try {
      await incidents.addEntry(number, { kind: 'note', text }, requester(request));
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      const { problemOf, message } = readProblems(error);
      const note = viewNote(number, text, problemOf('note') ?? message);
      return sendIncident(reply.code(statusOf(error)), number, { note });
    }
    return answer(reply, number, { tone: 'ok', title: 'Note added.', text: '' });
  });

  const mitigates = { schema: { params }, config: { action: incidentActions.mitigate, page } };
  app.post<Numbered>('/ui/incidents/:number/mitigate', mitigates, async (request, reply) => {
    const { number } = await incidents.mitigate(request.params.number, requester(request));
    return answer(reply, number, { tone: 'ok', title: 'Mitigated.', text: 'Close it once it is solved.' });
  });

  const starts = { schema: { params }, config: { action: incidentActions.entry, page } };
  app.post<Numbered>('/ui/incidents/:number/post-mortem', starts, async (request, reply) => {
    const { number } = request.params;
    await postMortems.startLate(number, requester(request));
    return answer(reply, number, { tone: 'ok', title: 'Its post-mortem has begun.', text: 'See Linked.' });
  });

  const ofItem = closedSchema({ number: idSchema, n: idSchema });
  const ticks = {
    schema: { ...isForm.schema, params: ofItem },
    config: { action: incidentActions.item, page },
  };
  app.post<Item & Posted>('/ui/incidents/:number/items/:n', ticks, async (request, reply) => {
    const { number, n } = request.params;
    const state = readState(request.body?.state);
    const { text } = await items.set(number, n, { state, note: null }, requester(request));
    return answer(reply, number, { tone: 'ok', title: `Action item ${itemWords[state]}.`, text });
  });

  registerStart(app, ctx);
}

/** Starts a run of the chosen runbook for the incident. */
function registerStart(app: FastifyInstance, { incidents, runs }: IncidentContext) {
  const action = { ...runActions.start, target: incidentTarget };
  const starts = { schema: { ...isForm.schema, params }, config: { action, page } };
  app.post<Numbered & Posted>('/ui/incidents/:number/runs', starts, async (request, reply) => {
    const { number } = incidents.get(request.params.number);
    const run = await runs.start(request.body?.runbook ?? '', requester(request), number);
    const { title, total } = runs.describe(run);
    return reply.sendAction({
      notice: {
        tone: 'ok',
        title: `Run ${run.number} started.`,
        text: `${title}, ${plural(total, 'step')}.`,
      },
      redirect: url(`/runs/${run.number}`),
      hosts: [],
    });
  });
}

const itemWords: Record<ActionItemState, string> = { open: 'opened again', done: 'done', skipped: 'skipped' };

/** Anything else ticks it off. */
const readState = (given: string | undefined): ActionItemState =>
  actionItemStates.find((state) => state === given) ?? 'done';

type NoteView = { action: string; text: string; problem: string | null; max: number };

const viewNote = (number: number, text = '', problem: string | null = null): NoteView => ({
  action: url(`/ui/incidents/${number}/notes`),
  text,
  problem,
  max: limits.note,
});

type Shown = { note?: NoteView; older?: ReturnType<typeof viewOlder> | null };

async function sendIncident(
  reply: FastifyReply,
  number: number,
  { note = viewNote(number), older = null }: Shown,
) {
  const card = await reply.request.cardData(`incident-${number}`);
  return reply.sendPage({
    template: 'incidents/incident-page',
    title: `Incident #${number}`,
    section: '/status',
    data: { number, card, note, older },
  });
}

/** The card of the incident, in which the change is seen. */
export function answer(reply: FastifyReply, number: number, notice: Notice) {
  const hosts = [`incident-${number}-card`];
  return reply.sendAction({ notice, redirect: url(`/incidents/${number}`), hosts });
}
