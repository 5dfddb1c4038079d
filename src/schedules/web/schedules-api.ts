import type { FastifyInstance } from 'fastify';
import { etagOf } from '../../core/edit-conflict.ts';
import {
  closedSchema,
  ifMatchSchema,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
  timeSchema,
} from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { accepted, acceptedSchema } from '../../jobs/job-body.ts';
import { type RunFields, runFields } from '../../jobs/run-request.ts';
import { describeCron } from '../../schedule-store/describe-cron.ts';
import { machineZone, readCron } from '../../schedule-store/cron.ts';
import { requester } from '../../web/requester.ts';
import { scheduleActions } from '../actions.ts';
import type { GivenSchedule } from '../read-schedule.ts';
import { findSchedule } from './find-schedule.ts';
import { scheduleBody, scheduleListSchema, scheduleSchema, ticksSchema } from './schedule-body.ts';
import type { SchedulesContext } from '../parts.ts';

type Named = { Params: { name: string } };
type Paged = Named & { Querystring: { limit?: number; cursor?: string } };

const params = objectSchema({ name: textSchema });
const text = (maxLength: number) => ({ type: 'string', maxLength });

/** The domain checks what is missing and what the values are, so that all problems come at once. */
const putSchema = {
  summary: 'Creates a schedule, or changes the fields that are given.',
  description:
    '`cron` has five fields; `zone` is an IANA time zone, by default that of the machine. `missed`: skip or once; `overlap`: skip or wait. A destructive operation needs `reason` and `confirm`; `confirm` again when the operation or its arguments change.',
  params,
  headers: ifMatchSchema,
  body: closedSchema({
    operation: text(100),
    args: { type: 'object' },
    cron: text(200),
    zone: text(100),
    is_on: { type: 'boolean' },
    missed: text(20),
    overlap: text(20),
  }),
  response: { 200: scheduleSchema, 201: scheduleSchema, ...refusals },
};

const previewSchema = {
  summary: 'A cron rule in words, with its next five times.',
  querystring: closedSchema({ cron: text(200), zone: text(100) }),
  response: {
    200: objectSchema({ sentence: textSchema, next: { type: 'array', items: textSchema } }),
    ...refusals,
  },
};

const runSchema = {
  summary: 'Runs the operation of a schedule once, now. Its due times stay as they are.',
  params,
  body: optionalBody(runFields),
  response: { 202: acceptedSchema, ...refusals },
};

const ticksRequest = {
  summary: 'The due times of a schedule and what became of them, the newest first.',
  params,
  querystring: closedSchema({
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: timeSchema,
  }),
  response: { 200: ticksSchema, ...refusals },
};

export function registerSchedulesApi(app: FastifyInstance, ctx: SchedulesContext) {
  const { scheduleEdits, schedules } = ctx;
  registerReads(app, ctx);

  app.put<Named & { Body: GivenSchedule }>(
    '/api/v1/schedules/:name',
    { schema: putSchema, config: { action: scheduleActions.change } },
    async (request, reply) => {
      const { reason, confirm, body } = request;
      const given = { ...body, ...withoutNull({ reason, confirm }) };
      const ifMatch = request.headers['if-match'];
      const by = requester(request);
      const { isNew, schedule } = await scheduleEdits.put(request.params.name, given, by, { ifMatch });
      reply.header('etag', etagOf(schedules.find(schedule.name)));
      return reply.code(isNew ? 201 : 200).send(scheduleBody(ctx, schedule));
    },
  );

  const removal = { summary: 'Removes a schedule; its jobs stay.', params };
  app.delete<Named>(
    '/api/v1/schedules/:name',
    {
      schema: { ...removal, response: { 204: { type: 'null' }, ...refusals } },
      config: { action: scheduleActions.remove },
    },
    async (request, reply) => {
      await scheduleEdits.remove(request.params.name, requester(request));
      return reply.code(204).send();
    },
  );

  app.post<Named & { Body: RunFields | null }>(
    '/api/v1/schedules/:name/run',
    { schema: runSchema, config: { action: scheduleActions.run } },
    async (request, reply) => {
      const { reason, confirm, params } = request;
      const { name } = findSchedule({ schedules }, params.name);
      const job = await scheduleEdits.runNow(name, requester(request), {
        ...withoutNull({ reason, confirm }),
        whenLocked: request.body?.when_locked,
      });
      reply.code(202).header('location', url(`/api/v1/operations/jobs/${job.id}`));
      return accepted(job);
    },
  );
}

function registerReads(app: FastifyInstance, ctx: SchedulesContext) {
  const { schedules } = ctx;
  const list = { summary: 'All schedules.', response: { 200: scheduleListSchema, ...refusals } };
  app.get('/api/v1/schedules', { schema: list }, () => {
    const items = schedules.all().map((schedule) => scheduleBody(ctx, schedule));
    return { items, next_cursor: null };
  });

  app.get<{ Querystring: { cron?: string; zone?: string } }>(
    '/api/v1/schedules/preview',
    { schema: previewSchema },
    ({ query: { cron = '', zone = machineZone() } }) => {
      const times = readCron(cron, zone).nextTimes(ctx.now(), 5);
      return { sentence: describeCron(cron), next: times.map((at) => at.toISOString()) };
    },
  );

  const one = { summary: 'One schedule.', params, response: { 200: scheduleSchema, ...refusals } };
  app.get<Named>('/api/v1/schedules/:name', { schema: one }, (request, reply) => {
    const schedule = findSchedule(ctx, request.params.name);
    reply.header('etag', etagOf(schedule));
    return scheduleBody(ctx, schedule);
  });

  app.get<Paged>('/api/v1/schedules/:name/ticks', { schema: ticksRequest }, (request) => {
    const { limit = 50, cursor } = request.query;
    const { name } = findSchedule(ctx, request.params.name);
    const found = schedules.ticks(name, { limit: limit + 1, ...(cursor ? { before: cursor } : {}) });
    const items = found.slice(0, limit);
    const next = found.length > limit ? (items.at(-1)?.due_at ?? null) : null;
    return { items, next_cursor: next };
  });
}

function withoutNull(fields: { reason?: string | null | undefined; confirm?: string | null | undefined }) {
  const given = Object.entries(fields).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(given) as { reason?: string; confirm?: string };
}
