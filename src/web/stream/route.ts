import type { FastifyInstance } from 'fastify';
import type { Stream } from './stream.ts';

type Query = { topics?: string; since?: string; cycles?: number };

const query = {
  type: 'object',
  additionalProperties: false,
  properties: {
    topics: { type: 'string', minLength: 1, maxLength: 4000 },
    since: { type: 'string', maxLength: 80 },
    cycles: { type: 'integer', minimum: 1, maximum: 1000 },
  },
} as const;

export function registerStreamRoute(app: FastifyInstance, stream: Stream) {
  app.get<{ Querystring: Query }>(
    '/ui/stream/telemetry',
    { schema: { querystring: query }, exposeHeadRoute: false },
    async (request, reply) => {
      const { cycles } = request.query;
      if (cycles) await stream.cycle(reply, request.query, cycles);
      else await stream.subscribe(request, reply, request.query);
    },
  );
}
