import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { plural } from '../../core/format.ts';
import type { Kind } from '../../library/content.ts';
import { requester } from '../../web/requester.ts';
import { type Form, formBody } from '../../web/validation.ts';
import type { QueueContext } from '../parts.ts';

type Posted = { Body: Form | null };

export function registerQueuePages(app: FastifyInstance, { workers }: Pick<QueueContext, 'workers'>) {
  const isForm = { schema: { body: formBody } };

  app.post<Posted>('/ui/queue/retry-failed', isForm, async (request, reply) => {
    const { entry, kind } = request.body ?? {};
    const selection = { ...(entry ? { entry } : {}), ...(kind ? { kind: kind as Kind } : {}) };
    const retried = await workers.retryFailed(selection, requester(request));
    return reply.sendAction({
      notice: {
        tone: 'ok',
        title: `${plural(retried, 'entry', 'entries')} queued again.`,
        text: 'Workers embed them as soon as they can.',
      },
      redirect: url('/operations#ops-queue-card'),
      hosts: ['ops-queue-card'],
    });
  });
}
