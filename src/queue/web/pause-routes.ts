// Pauses and resumes a kind of entries, for the page and the API.
import type { FastifyInstance } from 'fastify';
import { closedSchema, objectAnswer } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { isForm } from '../../web/validation.ts';
import type { Kind } from '../../library/content.ts';
import { kindSchema } from '../../library/schemas.ts';
import { requester } from '../../web/requester.ts';
import { workerActions } from '../../workers/actions.ts';
import type { QueueContext } from '../parts.ts';
import { kindTitles } from '../../workers/paused-kinds.ts';
import { readQueueBody } from '../queue-view.ts';

type Chosen = { Body: { kind: Kind } };

/** `runs` is the verb of the workers. */
const verbs = {
  pause: {
    action: workerActions.pauseKind,
    runs: 'pauseKind',
    undo: 'resume',
    summary: 'Pauses a kind of entries: workers leave it in the queue. Jobs that embed do not.',
    effect:
      'Workers end their batch, then leave them in the queue. Jobs that embed, such as a rebuild, do not.',
  },
  resume: {
    action: workerActions.resumeKind,
    runs: 'resumeKind',
    undo: 'pause',
    summary: 'Resumes a kind of entries.',
    effect: 'Workers embed them again.',
  },
} as const;

const { properties, additionalProperties } = isForm.schema.body;
const form = {
  schema: {
    body: {
      type: 'object',
      required: ['kind'],
      properties: { ...properties, kind: kindSchema },
      additionalProperties,
    },
  },
};

export function registerPauseRoutes(app: FastifyInstance, ctx: QueueContext) {
  for (const verb of ['pause', 'resume'] as const) {
    const { action, runs, undo, summary, effect } = verbs[verb];

    app.post<Chosen>(
      `/ui/queue/${verb}`,
      { ...form, config: { action, page: '/operations' } },
      async (request, reply) => {
        const { kind } = request.body;
        await ctx.workers[runs](kind, requester(request));
        const back = { action: url(`/ui/queue/${undo}`), label: 'Undo', fields: { kind } };
        return reply.sendAction({
          notice: { tone: 'ok', title: `${kindTitles[kind]} ${verb}d.`, text: effect, undo: back },
          redirect: url('/operations#ops-queue-card'),
          hosts: ['ops-queue-card'],
        });
      },
    );

    app.post<Chosen>(
      `/api/v1/queue/${verb}`,
      {
        schema: { ...objectAnswer, summary, body: closedSchema({ kind: kindSchema }, ['kind']) },
        config: { action },
      },
      async (request) => {
        await ctx.workers[runs](request.body.kind, requester(request));
        return readQueueBody(ctx);
      },
    );
  }
}
