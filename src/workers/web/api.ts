import type { FastifyInstance } from 'fastify';
import { workersBody } from '../workers-body.ts';
import { requester } from '../../web/requester.ts';
import { workerActions } from '../actions.ts';
import type { WorkerContext } from '../parts.ts';
import { anyObjectSchema, closedSchema, objectAnswer, optionalBody, refusals } from '../../core/schemas.ts';

const oneOrAll = optionalBody({ worker_id: { type: 'string', minLength: 1, maxLength: 80 } });

/** `workers.drain` checks the range, with the same message as on the page. */
const drainSchema = {
  summary: 'Empties the queue within a time limit, then pauses the workers.',
  response: { 202: anyObjectSchema, ...refusals },
  body: closedSchema({ timeout_sec: { type: 'number', default: 300 } }),
};

export function registerWorkersApi(
  app: FastifyInstance,
  { workers, remotes }: Pick<WorkerContext, 'workers' | 'remotes'>,
) {
  const answer = () => workersBody(workers.view(), remotes.view());

  app.get(
    '/api/v1/workers',
    { schema: { ...objectAnswer, summary: 'The workers, and who paused them.' } },
    answer,
  );

  const summaries = { pause: 'Pauses one worker, or all.', resume: 'Resumes one worker, or all.' };
  for (const verb of ['pause', 'resume'] as const)
    app.post<{ Body: { worker_id?: string } | null }>(
      `/api/v1/workers/${verb}`,
      {
        schema: { ...objectAnswer, body: oneOrAll, summary: summaries[verb] },
        config: { action: workerActions[verb] },
      },
      async (request) => {
        await workers[verb](request.body?.worker_id, requester(request));
        return answer();
      },
    );

  app.post<{ Body: { timeout_sec: number } }>(
    '/api/v1/workers/drain',
    { schema: drainSchema, config: { action: workerActions.drain } },
    async (request, reply) => {
      await workers.drain(request.body.timeout_sec, requester(request));
      reply.code(202);
      return answer();
    },
  );

  app.post(
    '/api/v1/workers/drain/cancel',
    {
      schema: { ...objectAnswer, summary: 'Cancels a drain; the workers keep working.' },
      config: { action: workerActions.cancelDrain },
    },
    async (request) => {
      await workers.cancelDrain(requester(request));
      return answer();
    },
  );
}
