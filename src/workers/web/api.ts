import type { FastifyInstance } from 'fastify';
import type { Drain, WorkersView } from '../state.ts';
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

/** Whether the number is in range is said by the workers, in the words of the page. */
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
    { schema: { ...oneOrAllSchema, summary: 'Lets one worker go on, or all.' } },
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
    { schema: { ...objectAnswer, summary: 'Ends a drain; the workers go on.' } },
    async (request) => {
      await workers.cancelDrain(requester(request));
      return workersBody(workers.view());
    },
  );
}

/** `paused`: by the operator, by a drain that has ended, or because a job holds the library (`held_by`). */
function workersBody({ workers, control, lock, drain }: WorkersView) {
  return {
    workers: workers.map((worker) => ({
      worker_id: worker.name,
      pid: worker.pid,
      host: worker.host,
      state: worker.view,
      current: worker.current_id && {
        entry: worker.current_id,
        title: worker.current_title,
        since: worker.current_since,
      },
      processed: worker.processed,
      failed: worker.failed,
      rate_per_min: worker.rate_per_min,
      started_at: worker.started_at,
      heartbeat_at: worker.heartbeat_at,
      rss_bytes: worker.rss_bytes,
      started_by: worker.owner,
      paused_by: worker.paused_by,
      problem: worker.lost_reason ?? worker.outage_error,
    })),
    paused: control.paused_at !== null || lock !== null,
    paused_by: control.paused_by,
    held_by: lock,
    drain: drain && drainBody(drain),
  };
}

/** `outcome` is null while it goes on. */
function drainBody(drain: Drain) {
  return {
    started_at: drain.started_at,
    started_by: drain.started_by,
    timeout_sec: drain.timeout_sec,
    deadline_at: drain.deadline_at,
    pending_before: drain.pending_before,
    forecast_left: drain.forecast_left,
    ended_at: drain.ended_at,
    outcome: drain.outcome,
    left: drain.left_over,
  };
}
