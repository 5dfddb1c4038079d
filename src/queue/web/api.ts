import type { FastifyInstance } from 'fastify';
import type { Kind } from '../../library/content.ts';
import { queueBody, viewQueue } from '../queue-view.ts';
import { requester } from '../../web/requester.ts';
import type { QueueContext } from '../parts.ts';
import { objectAnswer } from '../../core/schemas.ts';
import { categorySchema, kindSchema } from '../../library/schemas.ts';

const retrySchema = {
  summary: 'Puts failed entries back into the queue: all, those of a kind or category, or one.',
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

export function registerQueueApi(app: FastifyInstance, ctx: QueueContext) {
  const { workers, now } = ctx;

  app.get(
    '/api/v1/queue',
    {
      schema: {
        ...objectAnswer,
        summary: 'The embedding queue: pending and failed entries, rate, time left.',
      },
    },
    async () => queueBody(await viewQueue(ctx), now()),
  );

  app.post<{ Body: Selection | null }>(
    '/api/v1/queue/retry-failed',
    { schema: retrySchema },
    async (request) => ({
      retried: await workers.retryFailed(request.body ?? {}, requester(request)),
    }),
  );
}
