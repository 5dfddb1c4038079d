import type { FastifyInstance } from 'fastify';
import { workersBody } from '../workers-body.ts';
import { requester } from '../../web/requester.ts';
import type { WorkerContext } from '../parts.ts';
import { anyObjectSchema, objectAnswer, refusals } from '../../core/schemas.ts';

const oneOrAllSchema = {
  ...objectAnswer,
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { worker_id: { type: 'string', minLength: 1, maxLength: 80 } },
  },
} as const;

/** `workers.drain` checks the range, with the same message as on the page. */
const drainSchema = {
  summary: 'Empties the queue within a time limit, then pauses the workers.',
  response: { 202: anyObjectSchema, ...refusals },
  body: {
    type: 'object',
    additionalProperties: false,
    properties: { timeout_sec: { type: 'number', default: 300 } },
  },
} as const;

type OneOrAll = { Body: { worker_id?: string } | null };

export function registerWorkersApi(app: FastifyInstance, { workers }: Pick<WorkerContext, 'workers'>) {
  app.get(
    '/api/v1/workers',
    { schema: { ...objectAnswer, summary: 'The workers, and who paused them.' } },
    () => workersBody(workers.view()),
  );

  app.post<OneOrAll>(
    '/api/v1/workers/pause',
    { schema: { ...oneOrAllSchema, summary: 'Pauses one worker, or all.' } },
    async (request) => {
      await workers.pause(request.body?.worker_id, requester(request));
      return workersBody(workers.view());
    },
  );

  app.post<OneOrAll>(
    '/api/v1/workers/resume',
    { schema: { ...oneOrAllSchema, summary: 'Resumes one worker, or all.' } },
    async (request) => {
      await workers.resume(request.body?.worker_id, requester(request));
      return workersBody(workers.view());
    },
  );

  app.post<{ Body: { timeout_sec: number } }>(
    '/api/v1/workers/drain',
    { schema: drainSchema },
    async (request, reply) => {
      await workers.drain(request.body.timeout_sec, requester(request));
      reply.code(202);
      return workersBody(workers.view());
    },
  );

  app.post(
    '/api/v1/workers/drain/cancel',
    { schema: { ...objectAnswer, summary: 'Cancels a drain; the workers keep working.' } },
    async (request) => {
      await workers.cancelDrain(requester(request));
      return workersBody(workers.view());
    },
  );
}
