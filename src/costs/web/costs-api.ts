// Costs in the JSON API.
import type { FastifyInstance } from 'fastify';
import { closedSchema, listSchema, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import { keptDays } from '../../cost-store/days.ts';
import { localDay } from '../../core/format.ts';
import { requester } from '../../web/requester.ts';
import { costActions } from '../actions.ts';
import { lineSchema, sumsSchema } from '../cost-body.ts';
import type { CostContext } from '../parts.ts';

type Named = { Params: { day: string; item: string } };
type PutBody = { amount?: unknown; note?: unknown };

const params = objectSchema({ day: textSchema, item: textSchema });
const defaultDays = 30;

const listRequest = {
  summary: 'The costs of the last days, and of this day and month beside their budgets.',
  description:
    'Days that are not closed are computed with the present prices. Without a price there is no amount: null. `pace_day`: the day on which the budget is used up at the pace so far. `left_out`: amounts in other currencies than the present one, which are in no sum.',
  querystring: closedSchema({
    days: { type: 'integer', minimum: 1, maximum: keptDays, default: defaultDays },
  }),
  response: { 200: listSchema(lineSchema, sumsSchema), ...refusals },
};

/** The domain checks the fields, so that all problems come at once. */
const putRequest = {
  summary: 'Enters a cost.',
  description:
    '`item`: an item of usage, whose amount it replaces, or a line of its own, `other:name`. `day`: of the last 400 days.',
  params,
  body: closedSchema({
    amount: { type: ['number', 'null'] },
    note: { type: ['string', 'null'], maxLength: 1000 },
  }),
  response: { 200: lineSchema, 201: lineSchema, ...refusals },
};

const removal = {
  summary: 'Removes an entered cost; the computed amount counts again.',
  params,
  response: { 204: { type: 'null' }, ...refusals },
};

export function registerCostsApi(app: FastifyInstance, ctx: CostContext) {
  const { costBook, costEdits, now } = ctx;

  app.get<{ Querystring: { days?: number } }>('/api/v1/costs', { schema: listRequest }, ({ query }) => ({
    items: costBook.days(query.days ?? defaultDays),
    next_cursor: null,
    currency: costBook.currency() || null,
    today: localDay(now()),
    day: costBook.spent('day'),
    month: costBook.spent('month'),
    prices: costBook.prices(),
  }));

  app.put<Named & { Body: PutBody | null }>(
    '/api/v1/costs/:day/:item',
    { schema: putRequest, config: { action: costActions.change } },
    async (request, reply) => {
      const { isNew } = await costEdits.put({ ...request.params, ...request.body }, requester(request));
      const { day, item } = request.params;
      return reply.code(isNew ? 201 : 200).send(costBook.find(day, item));
    },
  );

  app.delete<Named>(
    '/api/v1/costs/:day/:item',
    { schema: removal, config: { action: costActions.remove } },
    async (request, reply) => {
      await costEdits.remove(request.params, requester(request));
      return reply.code(204).send();
    },
  );
}
