import type { FastifyInstance } from 'fastify';
import type { Operation } from '../../core/operation.ts';
import { defaultArguments } from './controls-card.ts';
import { requester } from '../../web/requester.ts';
import type { Services } from '../../web/services.ts';
import { acceptedSchema, anyObjectSchema, refusals } from '../../web/bodies.ts';

export type RunBody = {
  args?: Record<string, unknown>;
  reason?: string;
  confirm?: string;
  when_locked?: 'wait';
};

/** The body of a run, and without `args` that of a retry. */
export const runFields = {
  reason: { type: 'string', maxLength: 500 },
  confirm: { type: 'string', maxLength: 80 },
  when_locked: { type: 'string', enum: ['wait'] },
} as const;

const runSchema = {
  summary: 'Enqueues a job of the operation.',
  params: { type: 'object', properties: { operation: { type: 'string' } } },
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { args: { type: 'object' }, ...runFields },
  },
  response: { 202: acceptedSchema, ...refusals },
} as const;

const listSchema = {
  summary: 'What can be run: arguments, danger, locks.',
  response: {
    200: { type: 'object', properties: { items: { type: 'array', items: anyObjectSchema } } },
    ...refusals,
  },
} as const;

export function registerOperationsApi(app: FastifyInstance, services: Services) {
  const { catalogue, jobs, untilStored } = services;

  app.get('/api/v1/operations', { schema: listSchema }, () => ({
    items: catalogue.all().map((operation) => operationBody(services, operation)),
  }));

  app.post<{ Params: { operation: string }; Body: RunBody | null }>(
    '/api/v1/operations/:operation',
    { schema: runSchema },
    async (request, reply) => {
      const { args = {}, reason, confirm, when_locked } = request.body ?? {};
      const { operation } = request.params;
      const wanted = { operation, args, reason, confirm, whenLocked: when_locked };
      await jobs.assertPlan(wanted, requester(request));
      const job = await untilStored(() => jobs.enqueue(wanted, requester(request)));
      reply.code(202).header('location', `/api/v1/operations/jobs/${job.id}`);
      return { job_id: job.id, number: job.number, status: job.status, url: `/jobs/${job.number}` };
    },
  );
}

function operationBody({ jobs }: Services, operation: Operation) {
  const defaults = defaultArguments(operation);
  const blocker = jobs.blockerOf(operation, defaults);
  return {
    name: operation.name,
    title: operation.title,
    summary: operation.summary,
    danger: operation.danger(defaults),
    args: operation.args,
    locks: operation.locks(defaults),
    confirm: operation.confirmWord,
    held_by: blocker ? [blocker] : [],
  };
}
