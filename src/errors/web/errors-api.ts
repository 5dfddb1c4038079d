// The groups of errors as JSON, and the decisions on them.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  listSchema,
  objectSchema,
  optionalBody,
  refusals,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { decisionActions } from '../actions.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import { errorSources } from '../fingerprint.ts';
import { type GroupState, groupStates, groupViews, maxDecided } from '../group.ts';
import {
  decisionsBody,
  decisionsSchema,
  groupBody,
  groupSchema,
  oneGroupBody,
  oneGroupSchema,
} from '../group-body.ts';
import type { GroupChoice } from '../groups.ts';
import type { ErrorContext } from '../parts.ts';

type Numbered = { Params: { id: number } };
type Query = {
  state: GroupChoice['view'];
  source?: GroupChoice['source'];
  q?: string;
  limit: number;
  cursor?: string;
};

const params = objectSchema({ id: idSchema });

const listedSchema = {
  summary: 'Errors in groups, those that were seen last first.',
  description:
    '`state`: `open` ones include `back` (came back after they were resolved), `new` (first seen since this version runs) and `since-success` (first seen since the last success of their operation).',
  querystring: closedSchema({
    state: { type: 'string', enum: groupViews, default: 'all' },
    source: { type: 'string', enum: errorSources },
    q: { type: 'string', maxLength: 500 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'string', maxLength: 100 },
  }),
  response: { 200: listSchema(groupSchema), ...refusals },
};

const oneSchema = {
  summary: 'One group of errors, with its newest error and its times by hour.',
  params,
  response: { 200: oneGroupSchema, ...refusals },
};

const summaries: Record<GroupState, { one: string; many: string }> = {
  resolved: {
    one: 'Marks a group as resolved until it is seen again.',
    many: 'Marks the named groups as resolved until they are seen again.',
  },
  muted: {
    one: 'Hides a group from the open list. It is still counted.',
    many: 'Hides the named groups from the open list. They are still counted.',
  },
  open: {
    one: 'Opens a group that was resolved or muted.',
    many: 'Opens the named groups that were resolved or muted.',
  },
};

const ids = { type: 'array', minItems: 1, maxItems: maxDecided, items: idSchema } as const;

export function registerErrorsApi(app: FastifyInstance, ctx: ErrorContext) {
  const { groups } = ctx;

  app.get<{ Querystring: Query }>('/api/v1/errors', { schema: listedSchema }, ({ query }) => {
    const { state, source, q, limit, cursor } = query;
    const { groups: found, next } = groups.list({ view: state, source, q }, limit, readCursor(cursor));
    return { items: found.map(groupBody), next_cursor: next === null ? null : formatCursor(next) };
  });

  app.get<Numbered>('/api/v1/errors/:id', { schema: oneSchema }, ({ params: { id } }) =>
    oneGroupBody(groups.find(id)),
  );

  for (const state of groupStates) {
    const action = decisionActions[state];
    const { one, many } = summaries[state];
    const schema = { summary: one, params, body: optionalBody({}), response: oneSchema.response };
    const config = { action };
    app.post<Numbered>(`/api/v1/errors/:id/${action.verb}`, { schema, config }, async (request) => {
      await ctx.decisions.decide(request.params.id, state, requester(request));
      return oneGroupBody(groups.find(request.params.id));
    });
    const response = { 200: decisionsSchema, ...refusals };
    const body = closedSchema({ groups: ids }, ['groups']);
    app.post<{ Body: { groups: number[] } }>(
      `/api/v1/errors/${action.verb}`,
      { schema: { summary: many, body, response }, config },
      async (request) =>
        decisionsBody(await ctx.decisions.decideAll(request.body.groups, state, requester(request))),
    );
  }
}
