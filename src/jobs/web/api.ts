import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { filterFields, type FilterQuery, readFilter } from '../job-query.ts';
import { jobLogFile, readJobLog } from '../../job-log/log.ts';
import { followLog } from './log-stream.ts';
import { requester } from '../../web/requester.ts';
import type { JobContext } from '../parts.ts';
import {
  anyObjectSchema,
  closedSchema,
  contentAnswer,
  integerSchema,
  listSchema,
  nullable,
  objectAnswer,
  objectSchema,
  optionalBody,
  refusals,
  shortTextSchema,
  textSchema,
} from '../../core/schemas.ts';
import { jobActions } from '../actions.ts';
import { accepted, acceptedSchema, jobBody, jobSchema, listedJobBody } from '../job-body.ts';
import { type RunFields, runFields } from '../run-request.ts';

type WithId = { Params: { id: string } };
type ListQuery = FilterQuery & { limit: number; cursor?: number };

const params = objectSchema({ id: textSchema });
const jobAnswer = { summary: 'One job, by number or id.', params, response: { 200: jobSchema, ...refusals } };

const jobsQuery = closedSchema({
  ...filterFields,
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  cursor: { type: 'integer', minimum: 1 },
});

/** `looked_down_to`: the lowest job number that a slow search covered; `total` counts from there. Null: it covered all. */
const jobTotals = { total: integerSchema, looked_down_to: nullable('integer') };

const rowsQuery = closedSchema({
  outcome: shortTextSchema,
  tab: shortTextSchema,
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 200 },
  cursor: { type: 'integer', minimum: 0 },
});
const logQuery = closedSchema({
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: 8_388_608, default: 1_048_576 },
  follow: { type: 'string', enum: ['1'] },
});

export function registerJobsApi(app: FastifyInstance, ctx: JobContext) {
  registerList(app, ctx);
  registerJob(app, ctx);
  registerVerbs(app, ctx);
}

function registerList(app: FastifyInstance, ctx: JobContext) {
  const { listing } = ctx;

  app.get<{ Querystring: ListQuery }>(
    '/api/v1/operations/jobs',
    {
      schema: {
        summary: 'Jobs, newest first, with long texts cut. `q` is a search as on the Jobs page.',
        querystring: jobsQuery,
        response: { 200: listSchema(jobSchema, jobTotals), ...refusals },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const filter = readFilter(ctx, request.query);
      const { items, hasOlder, lookedTo } = await listing.page(filter, limit, { before: cursor });
      const { total, lookedDownTo } = await listing.tally(filter);
      return {
        items: items.map((job) => listedJobBody(ctx, job)),
        next_cursor: hasOlder ? String(lookedTo ?? items.at(-1)?.number) : null,
        total,
        looked_down_to: lookedDownTo,
      };
    },
  );

  app.get(
    '/api/v1/operations/retention',
    { schema: { ...objectAnswer, summary: 'The jobs that the daily clean-up would remove now.' } },
    () => ctx.retention.preview(),
  );
}

function registerJob(app: FastifyInstance, ctx: JobContext) {
  const { config, jobs, listing } = ctx;

  app.get<WithId>('/api/v1/operations/jobs/:id', { schema: jobAnswer }, (request) =>
    jobBody(ctx, jobs.find(request.params.id)),
  );

  app.get<WithId & { Querystring: { offset: number; limit: number; follow?: '1' } }>(
    '/api/v1/operations/jobs/:id/log',
    {
      schema: {
        summary: 'Part of the log; `follow=1` streams new output.',
        params,
        querystring: logQuery,
        response: contentAnswer('text/plain', 'Part of the log.'),
      },
    },
    (request, reply) => {
      const job = jobs.find(request.params.id);
      const file = jobLogFile(config.root, job.number);
      const { offset, limit, follow } = request.query;
      if (follow && request.method === 'GET') return followLog(ctx, reply, job, offset);
      const range = readJobLog(file, offset, limit);
      return reply
        .type('text/plain; charset=utf-8')
        .header('x-log-offset', range.offset)
        .header('x-log-size', range.size)
        .header('x-job-status', job.status)
        .send(range.text);
    },
  );

  app.get<WithId & { Querystring: { outcome?: string; tab?: string; limit: number; cursor?: number } }>(
    '/api/v1/operations/jobs/:id/rows',
    {
      schema: {
        summary: 'The outcome of each row of the sheet.',
        params,
        querystring: rowsQuery,
        response: { 200: listSchema(anyObjectSchema), ...refusals },
      },
    },
    (request) => {
      const { outcome, tab, limit, cursor } = request.query;
      return listing.rows(jobs.find(request.params.id).id, { outcome, tab }, limit, cursor);
    },
  );
}

function registerVerbs(app: FastifyInstance, ctx: JobContext) {
  const { jobs } = ctx;

  app.post<WithId>(
    '/api/v1/operations/jobs/:id/cancel',
    {
      config: { action: jobActions.cancel },
      schema: {
        summary: 'Cancels a waiting or running job.',
        params,
        response: { 202: jobSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const job = await jobs.cancel(request.params.id, requester(request));
      reply.code(202);
      return jobBody(ctx, job);
    },
  );

  app.delete<WithId>(
    '/api/v1/operations/jobs/:id',
    {
      config: { action: jobActions.remove },
      schema: {
        summary: 'Removes an ended job with its log and result rows.',
        params,
        response: { 204: { type: 'null' }, ...refusals },
      },
    },
    async (request, reply) => {
      await ctx.removal.remove(request.params.id, requester(request));
      return reply.code(204).send();
    },
  );

  app.post<WithId & { Body: RunFields | null }>(
    '/api/v1/operations/jobs/:id/retry',
    {
      config: { action: jobActions.retry },
      schema: {
        summary: 'Runs a failed or cancelled job again, as a new job.',
        params,
        body: optionalBody(runFields),
        response: { 202: acceptedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { reason, confirm, body, params } = request;
      const asked = { reason, confirm, whenLocked: body?.when_locked };
      const job = await jobs.retry(params.id, asked, requester(request));
      reply.code(202).header('location', url(`/api/v1/operations/jobs/${job.id}`));
      return accepted(job);
    },
  );
}
