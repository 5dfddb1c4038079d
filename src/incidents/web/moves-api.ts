// The moves of an incident, its entries and its action items in the JSON API.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { incidentActions } from '../actions.ts';
import { itemSchema, oneIncidentBody, oneIncidentSchema } from '../incident-body.ts';
import { type ActionItemState, actionItemStates, type GivenItem } from '../items.ts';
import type { IncidentContext } from '../parts.ts';

type Numbered = { Params: { number: number } };
type Entry = { Body: { kind: 'note'; text: string } };
type Closing = { Body: { resolution: string; post_mortem?: boolean } };
type Item = { Params: { number: number; n: number }; Body: { state: ActionItemState; note?: string | null } };

const text = { type: 'string' } as const;
const params = objectSchema({ number: idSchema });
const response = { 200: oneIncidentSchema, ...refusals };

const closedIncidentSchema = objectSchema({
  ...oneIncidentSchema.properties,
  post_mortem_problem: { ...nullable('string'), description: 'Why the document was not started.' },
});

const entryBody = closedSchema({ kind: { type: 'string', enum: ['note'], default: 'note' }, text }, ['text']);
const closeBody = closedSchema({ resolution: text, post_mortem: { type: 'boolean' } }, ['resolution']);
const itemBody = closedSchema(
  { text, owner: { type: ['string', 'null'] }, due: { type: ['string', 'null'] } },
  ['text'],
);
const stateBody = closedSchema(
  { state: { type: 'string', enum: actionItemStates }, note: { type: ['string', 'null'], maxLength: 500 } },
  ['state'],
);

const requests = {
  entries: { summary: 'Adds an entry to the timeline.', params, body: entryBody },
  mitigate: { summary: 'Mitigates an open incident.', params, body: optionalBody({}), response },
  close: {
    summary: 'Closes an incident, with what solved it. `post_mortem` starts its document.',
    params,
    body: closeBody,
    response: { 200: closedIncidentSchema, ...refusals },
  },
  reopen: { summary: 'Opens a mitigated or closed incident again; needs a reason.', params },
  items: { summary: 'Adds an action item.', params, body: itemBody },
  item: {
    summary: 'Ticks off an action item, skips it or opens it again.',
    params: objectSchema({ number: idSchema, n: idSchema }),
    body: stateBody,
    response: { 200: itemSchema, ...refusals },
  },
};

export function registerMovesApi(app: FastifyInstance, ctx: IncidentContext) {
  const { incidents, postMortems } = ctx;
  const base = '/api/v1/incidents/:number';

  const adds = {
    schema: { ...requests.entries, response: { 201: oneIncidentSchema, ...refusals } },
    config: { action: incidentActions.entry },
  };
  app.post<Numbered & Entry>(`${base}/entries`, adds, async (request, reply) => {
    const { number } = request.params;
    await incidents.addEntry(number, request.body, requester(request));
    return reply.code(201).send(oneIncidentBody(ctx, number));
  });

  const mitigates = { schema: requests.mitigate, config: { action: incidentActions.mitigate } };
  app.post<Numbered>(`${base}/mitigate`, mitigates, async (request) => {
    const { number } = await incidents.mitigate(request.params.number, requester(request));
    return oneIncidentBody(ctx, number);
  });

  const closes = { schema: requests.close, config: { action: incidentActions.close } };
  app.post<Numbered & Closing>(`${base}/close`, closes, async (request) => {
    const { number } = request.params;
    const { resolution, post_mortem: withPostMortem = false } = request.body;
    await incidents.close(number, resolution, requester(request));
    const started = withPostMortem ? await postMortems.tryStart(number, requester(request)) : null;
    return { ...oneIncidentBody(ctx, number), post_mortem_problem: started?.problem ?? null };
  });

  const reopens = {
    schema: { ...requests.reopen, body: optionalBody({}), response },
    config: { action: incidentActions.reopen },
  };
  app.post<Numbered>(`${base}/reopen`, reopens, async (request) => {
    const { number } = await incidents.reopen(request.params.number, requester(request));
    return oneIncidentBody(ctx, number);
  });

  registerItemsApi(app, ctx, base);
}

function registerItemsApi(app: FastifyInstance, { items }: IncidentContext, base: string) {
  const config = { action: incidentActions.item };
  const adds = { schema: { ...requests.items, response: { 201: itemSchema, ...refusals } }, config };
  app.post<Numbered & { Body: GivenItem }>(`${base}/items`, adds, async (request, reply) => {
    const {
      id: _,
      of: __,
      ...item
    } = await items.add(request.params.number, request.body, requester(request));
    return reply.code(201).send(item);
  });

  app.post<Item>(`${base}/items/:n`, { schema: requests.item, config }, async (request) => {
    const { number, n } = request.params;
    const { state, note = null } = request.body;
    const { id: _, of: __, ...item } = await items.set(number, n, { state, note }, requester(request));
    return item;
  });
}
