import type { FastifyInstance } from 'fastify';
import type { Kind } from '../../library/content.ts';
import { viewQueue } from '../queue-view.ts';
import { requester } from '../../web/requester.ts';
import type { Services } from '../../web/services.ts';
import { categorySchema, kindSchema, objectAnswer } from '../../web/bodies.ts';

const retrySchema = {
  summary: 'Lets failed entries wait again: all, or those of a kind, a category, or one.',
  ...objectAnswer,
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      kind: kindSchema,
      category: categorySchema,
      entry: { type: 'string', minLength: 1, maxLength: 200 },
    },
  },
} as const;

type Selection = { kind?: Kind; category?: string; entry?: string };

export function registerQueueApi(app: FastifyInstance, services: Services) {
  const { workers, now } = services;

  app.get(
    '/api/v1/queue',
    { schema: { ...objectAnswer, summary: 'What waits for embedding, and how long it will take.' } },
    async () => {
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
    },
  );

  app.post<{ Body: Selection | null }>(
    '/api/v1/queue/retry-failed',
    { schema: retrySchema },
    async (request) => ({
      retried: await workers.retryFailed(request.body ?? {}, requester(request)),
    }),
  );
}
