import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import { type JobStatus, jobStatuses } from '../../jobs/job.ts';
import { jobLogFile, readJobLog } from '../../jobs/log.ts';
import { followLog } from '../log-stream.ts';
import { requester } from '../requester.ts';
import type { Services } from '../services.ts';
import { acceptedSchema, anyObjectSchema, errorSchema, jobBody, jobSchema, listSchema } from './bodies.ts';
import { type RunBody, runFields } from './operations.ts';

type WithId = { Params: { id: string } };
type ListQuery = {
  status?: string;
  operation?: string;
  actor?: string;
  q?: string;
  since?: string;
  limit: number;
  cursor?: number;
};

const refusals = { '4xx': errorSchema, '5xx': errorSchema };
const params = { type: 'object', properties: { id: { type: 'string' } } } as const;
const jobAnswer = { params, response: { 200: jobSchema, ...refusals } };
const text = { type: 'string', minLength: 1, maxLength: 200 } as const;

const jobsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    status: text,
    operation: text,
    actor: text,
    q: text,
    since: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+Z)?$' },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'integer', minimum: 1 },
  },
} as const;

const rowsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    outcome: text,
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 200 },
    cursor: { type: 'integer', minimum: 0 },
  },
} as const;

const logQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    offset: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 8_388_608, default: 1_048_576 },
    follow: { type: 'string', enum: ['1'] },
  },
} as const;

const retryBody = { type: ['object', 'null'], additionalProperties: false, properties: runFields } as const;

export function registerJobsApi(app: FastifyInstance, services: Services) {
  const { config, jobs, listing, untilFree } = services;

  app.get<{ Querystring: ListQuery }>(
    '/api/v1/operations/jobs',
    {
      schema: {
        querystring: jobsQuery,
        response: { 200: listSchema(jobSchema, { total: { type: 'integer' } }) },
      },
    },
    (request) => {
      const { limit, cursor, status, ...filter } = request.query;
      const page = listing.jobs(
        { ...filter, ...(status ? { status: readStatuses(status) } : {}) },
        limit,
        cursor,
      );
      return { ...page, items: page.items.map((job) => jobBody(services, job)) };
    },
  );

  app.get('/api/v1/operations/retention', { schema: { response: { 200: anyObjectSchema } } }, () =>
    services.retention.preview(),
  );

  app.get<WithId>('/api/v1/operations/jobs/:id', { schema: jobAnswer }, (request) =>
    jobBody(services, jobs.find(request.params.id)),
  );

  app.get<WithId & { Querystring: { offset: number; limit: number; follow?: '1' } }>(
    '/api/v1/operations/jobs/:id/log',
    { schema: { params, querystring: logQuery } },
    (request, reply) => {
      const job = jobs.find(request.params.id);
      const file = jobLogFile(config.root, job.number);
      const { offset, limit, follow } = request.query;
      if (follow && request.method === 'GET') return followLog(services, reply, job, offset);
      const range = readJobLog(file, offset, limit);
      return reply
        .type('text/plain; charset=utf-8')
        .header('x-log-offset', range.offset)
        .header('x-log-size', range.size)
        .header('x-job-status', job.status)
        .send(range.text);
    },
  );

  app.get<WithId & { Querystring: { outcome?: string; limit: number; cursor?: number } }>(
    '/api/v1/operations/jobs/:id/rows',
    { schema: { params, querystring: rowsQuery } },
    (request) => {
      const { outcome, limit, cursor } = request.query;
      return listing.rows(jobs.find(request.params.id).id, outcome, limit, cursor);
    },
  );

  app.post<WithId>(
    '/api/v1/operations/jobs/:id/cancel',
    { schema: { params, response: { 202: jobSchema, ...refusals } } },
    async (request, reply) => {
      const job = await untilFree(() => jobs.cancel(request.params.id, requester(request)));
      reply.code(202);
      return jobBody(services, job);
    },
  );

  app.post<WithId & { Body: Omit<RunBody, 'args'> | null }>(
    '/api/v1/operations/jobs/:id/retry',
    { schema: { params, body: retryBody, response: { 202: acceptedSchema, ...refusals } } },
    async (request, reply) => {
      const { reason, confirm, when_locked } = request.body ?? {};
      const job = await untilFree(() =>
        jobs.retry(request.params.id, { reason, confirm, whenLocked: when_locked }, requester(request)),
      );
      reply.code(202).header('location', `/api/v1/operations/jobs/${job.id}`);
      return { job_id: job.id, number: job.number, status: job.status, url: `/jobs/${job.number}` };
    },
  );
}

/** `queued,running` */
function readStatuses(list: string): JobStatus[] {
  const names = list.split(',');
  const unknown = names.find((name) => !jobStatuses.some((status) => status === name));
  if (unknown === undefined) return names as JobStatus[];
  const message = `status: ${JSON.stringify(unknown)} is not known; allowed: ${jobStatuses.join(', ')}.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'status', message }] });
}
