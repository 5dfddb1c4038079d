// The objectives in the JSON API.
import type { FastifyInstance } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import {
  closedSchema,
  ifMatchSchema,
  listSchema,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { objectiveChange } from '../../objective-store/actions.ts';
import type { ObjectiveValue } from '../../objective-store/objective.ts';
import { findFaults } from '../../objective-store/objective-values.ts';
import { requester } from '../../web/requester.ts';
import { objectiveBody, objectiveSchema } from '../objective-body.ts';
import type { ObjectiveContext } from '../parts.ts';

type Named = { Params: { name: string } };
type PutBody = Omit<ObjectiveValue, 'threshold_ms'> & { threshold_ms?: number | null };

const params = objectSchema({ name: textSchema });
const listRequest = {
  summary: 'All objectives, with their value, their allowance and thirty days.',
  response: { 200: listSchema(objectiveSchema), ...refusals },
};
const oneRequest = { summary: 'One objective.', params, response: { 200: objectiveSchema, ...refusals } };

const putRequest = {
  summary: 'Changes an objective.',
  description:
    'Target and window apply at once, also to what was counted before. A new `threshold_ms` counts from now on; without one it stays. `target` is a share from 0.5 to below 1, `window_days` from 7 to 90.',
  params,
  headers: ifMatchSchema,
  body: closedSchema(
    {
      target: { type: 'number' },
      window_days: { type: 'number' },
      threshold_ms: { type: ['number', 'null'] },
      is_on: { type: 'boolean' },
    },
    ['target', 'window_days', 'is_on'],
  ),
  response: { 200: objectiveSchema, ...refusals },
};

export function registerObjectivesApi(app: FastifyInstance, ctx: ObjectiveContext) {
  const { objectives, standings, p95 } = ctx;
  const read = async (name: string) => objectiveBody(standings.find(name), await p95());

  app.get('/api/v1/objectives', { schema: listRequest }, async () => {
    const latency = await p95();
    return { items: standings.all().map((one) => objectiveBody(one, latency)), next_cursor: null };
  });

  app.get<Named>('/api/v1/objectives/:name', { schema: oneRequest }, ({ params: { name } }, reply) => {
    reply.header('etag', objectives.etag(name));
    return read(name);
  });

  app.put<Named & { Body: PutBody }>(
    '/api/v1/objectives/:name',
    { schema: putRequest, config: { action: objectiveChange } },
    async (request, reply) => {
      const { name } = request.params;
      const { definition, value } = objectives.find(name);
      const to = { ...request.body, threshold_ms: request.body.threshold_ms ?? value.threshold_ms };
      const faults = findFaults(definition, to);
      if (faults.length > 0) throw invalidArguments(faults);
      const why = { reason: request.reason, ifMatch: request.headers['if-match'] };
      await objectives.change([{ name, to }], requester(request), why);
      reply.header('etag', objectives.etag(name));
      return read(name);
    },
  );
}
