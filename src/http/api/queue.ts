import type { FastifyInstance } from 'fastify';
import type { Kind } from '../../embedding/content.ts';
import { viewQueue } from '../queue-view.ts';
import { requester } from '../requester.ts';
import type { Services } from '../services.ts';
import { anyObjectSchema, errorSchema } from './bodies.ts';

const answer = { response: { 200: anyObjectSchema, '4xx': errorSchema, '5xx': errorSchema } };

const retrySchema = {
  ...answer,
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      kind: { type: 'string', enum: ['experience', 'manual'] },
      category: { type: 'string', minLength: 1, maxLength: 40 },
      entry: { type: 'string', minLength: 1, maxLength: 200 },
    },
  },
} as const;

type Selection = { kind?: Kind; category?: string; entry?: string };

export function registerQueueApi(app: FastifyInstance, services: Services) {
  const { workers, now } = services;

  app.get('/api/v1/queue', { schema: answer }, async () => {
    const { pending, failed, oldestAt, ratePerMin, etaSec, isPaused, outage } = await viewQueue(services);
    return {
      pending,
      failed,
      oldest_pending_sec: oldestAt && Math.round((now().getTime() - Date.parse(oldestAt)) / 1000),
      rate_per_min: ratePerMin,
      eta_sec: etaSec,
      paused: isPaused,
      outage,
    };
  });

  app.post<{ Body: Selection | null }>(
    '/api/v1/queue/retry-failed',
    { schema: retrySchema },
    async (request) => ({
      retried: await workers.retryFailed(request.body ?? {}, requester(request)),
    }),
  );
}
