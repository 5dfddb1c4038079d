import type { FastifyInstance } from 'fastify';
import { closedSchema } from '../../core/schemas.ts';
import type { Stream } from './stream.ts';

type Query = { topics?: string; since?: string; cycles?: number };

const query = closedSchema({
  topics: { type: 'string', minLength: 1, maxLength: 4000 },
  since: { type: 'string', maxLength: 80 },
  cycles: { type: 'integer', minimum: 1, maximum: 100 },
});

export function registerStreamRoute(app: FastifyInstance, stream: Stream) {
  app.get<{ Querystring: Query }>(
    '/ui/stream/telemetry',
    { schema: { querystring: query }, exposeHeadRoute: false },
    async (request, reply) => {
      const { cycles } = request.query;
      if (cycles) await stream.cycle(request, reply, { ...request.query, cycles });
      else await stream.subscribe(request, reply, request.query);
    },
  );
}
