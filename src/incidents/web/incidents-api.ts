// The incidents as JSON, and their moves.
import type { FastifyInstance } from 'fastify';
import { etagOf } from '../../core/edit-conflict.ts';
import {
  closedSchema,
  idSchema,
  ifMatchSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { incidentActions } from '../actions.ts';
import type { GivenDetails } from '../details.ts';
import { incidentBody, incidentSchema, oneIncidentBody, oneIncidentSchema } from '../incident-body.ts';
import { type Choice, incidentViews, listIncidents } from '../listing.ts';
import type { IncidentContext } from '../parts.ts';
import { registerMovesApi } from './moves-api.ts';

type Listed = { Querystring: Choice & { limit: number; cursor?: string } };
type Numbered = { Params: { number: number } };
type One = Numbered & { Querystring: { entries_before?: number } };
type Opened = { Body: GivenDetails & { source_ref?: string | null } };

const params = objectSchema({ number: idSchema });
const text = { type: 'string', maxLength: 200 } as const;
const severity = { type: 'integer', minimum: 1, maximum: 4 } as const;
const one = { 200: oneIncidentSchema, ...refusals };

/** The domain says how long each may be, so that all problems come at once. */
const details = {
  title: { type: 'string' },
  severity,
  summary: { type: 'string' },
  services: { type: 'array', items: { type: 'string' } },
  tags: { type: 'array', items: { type: 'string' } },
  owner: { type: ['string', 'null'] },
  runbook: { type: ['string', 'null'] },
};

const searched = {
  ...nullable('integer'),
  description: 'The search ended after so many incidents; `next_cursor` continues it. Null: it did not.',
};

const listRequest = {
  summary: 'Incidents: those that are not closed by severity, then the closed ones; the newest first.',
  description: 'status: `active` means open or mitigated.',
  querystring: closedSchema({
    status: { type: 'string', enum: incidentViews, default: 'all' },
    severity,
    q: { type: 'string', maxLength: 500 },
    service: text,
    tag: text,
    owner: text,
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'string', maxLength: 100 },
  }),
  response: { 200: listSchema(incidentSchema, { searched }), ...refusals },
};

const openRequest = {
  summary: 'Opens an incident.',
  description:
    '`source_ref` names its cause: `finding:3`, `job:412`, `error:7`. While an incident with that cause is open or mitigated, the answer is 409 `wrong_state` with its number.',
  body: closedSchema({ ...details, source_ref: { type: ['string', 'null'], maxLength: 100 } }, [
    'title',
    'severity',
  ]),
  response: { 201: oneIncidentSchema, ...refusals },
};

const oneRequest = {
  summary: 'One incident: its timeline, action items and links.',
  params,
  querystring: closedSchema({ entries_before: idSchema }),
  response: one,
};

const changeRequest = {
  summary: 'Changes the details that are given. The due time goes by the severity, from the opening on.',
  params,
  headers: ifMatchSchema,
  body: closedSchema(details),
  response: one,
};

export function registerIncidentsApi(app: FastifyInstance, ctx: IncidentContext) {
  const { incidents, lists, now } = ctx;

  app.get<Listed>('/api/v1/incidents', { schema: listRequest }, ({ query }) => {
    const { limit, cursor, ...choice } = query;
    const { incidents, next, searched } = listIncidents(lists, choice, limit, cursor);
    return {
      items: incidents.map((incident) => incidentBody(incident, now())),
      next_cursor: next,
      searched,
    };
  });

  app.post<Opened>(
    '/api/v1/incidents',
    { schema: openRequest, config: { action: incidentActions.open } },
    async (request, reply) => {
      const { number } = await incidents.open(request.body, requester(request));
      return reply.code(201).send(oneIncidentBody(ctx, number));
    },
  );

  app.get<One>('/api/v1/incidents/:number', { schema: oneRequest }, ({ params, query }, reply) => {
    reply.header('etag', etagOf(incidents.get(params.number)));
    return oneIncidentBody(ctx, params.number, query.entries_before);
  });

  app.put<Numbered & { Body: GivenDetails }>(
    '/api/v1/incidents/:number',
    { schema: changeRequest, config: { action: incidentActions.change } },
    async (request, reply) => {
      const { number } = request.params;
      const ifMatch = request.headers['if-match'];
      await incidents.edit(number, request.body, requester(request), { ifMatch });
      reply.header('etag', etagOf(incidents.get(number)));
      return oneIncidentBody(ctx, number);
    },
  );

  registerMovesApi(app, ctx);
}
