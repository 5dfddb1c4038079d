import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { plural } from '../../core/format.ts';
import { objectAnswer, optionalBody } from '../../core/schemas.ts';
import type { Kind } from '../../library/content.ts';
import { categorySchema, kindSchema } from '../../library/schemas.ts';
import { requester } from '../../web/requester.ts';
import { workerActions } from '../../workers/actions.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { QueueContext } from '../parts.ts';
import { describePaused } from '../paused-words.ts';
import { type QueueView, readQueueBody, viewQueue } from '../queue-view.ts';

const retrySchema = {
  summary: 'Puts failed entries back into the queue: all, those of a kind or category, or one.',
  ...objectAnswer,
  body: optionalBody({
    kind: kindSchema,
    category: categorySchema,
    entry: { type: 'string', minLength: 1, maxLength: 200 },
  }),
};

const retries = { action: workerActions.retryFailed };

function describeNext({ hasWorkers, isPaused, paused, open, outage }: QueueView): string {
  const words = paused.workers || open === 0 ? describePaused(paused) : null;
  if (words) return `They wait: ${words}.`;
  if (!hasWorkers) return 'They wait until a worker starts, or the index is rebuilt.';
  if (isPaused) return 'They wait until the workers are resumed.';
  return outage ? 'They wait for the embedding service.' : 'Workers embed them as soon as they can.';
}

type Selection = { kind?: Kind; category?: string; entry?: string };

export function registerQueueRoutes(app: FastifyInstance, ctx: QueueContext) {
  const { workers } = ctx;

  app.post<Posted>(
    '/ui/queue/retry-failed',
    { ...isForm, config: { ...retries, page: '/operations' } },
    async (request, reply) => {
      const { entry, kind } = request.body ?? {};
      const selection = { ...(entry ? { entry } : {}), ...(kind ? { kind: kind as Kind } : {}) };
      const retried = await workers.retryFailed(selection, requester(request));
      return reply.sendAction({
        notice: {
          tone: 'ok',
          title: `${plural(retried, 'entry', 'entries')} queued again.`,
          text: describeNext(await viewQueue(ctx)),
        },
        redirect: url('/operations#ops-queue-card'),
        hosts: ['ops-queue-card'],
      });
    },
  );

  const summary = 'The embedding queue: pending and failed entries, rate, time left.';
  app.get('/api/v1/queue', { schema: { ...objectAnswer, summary } }, () => readQueueBody(ctx));

  app.post<{ Body: Selection | null }>(
    '/api/v1/queue/retry-failed',
    { schema: retrySchema, config: retries },
    async (request) => ({
      retried: await workers.retryFailed(request.body ?? {}, requester(request)),
    }),
  );
}
