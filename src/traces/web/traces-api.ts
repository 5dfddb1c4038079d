import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
} from '../../core/schemas.ts';
import { textSchema } from '../../core/schemas.ts';
import { databases } from '../../log-store/script-trace.ts';
import { keptReasons, type KeptTrace } from '../../log-store/trace-repository.ts';
import { requester } from '../../web/requester.ts';
import { hunting, stopping } from '../actions.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import type { TraceContext } from '../parts.ts';
import { type ReadTrace, slowStatementsOf } from '../read-trace.ts';
import { spanLabels } from './describe-parts.ts';

type Asked = { only: 'all' | 'bad'; route?: string; method?: string; cursor?: string; limit: number };

const numberSchema = { type: 'number' } as const;
const traceFields = {
  id: { ...textSchema, description: 'The id of a request, or `job-12`.' },
  at: textSchema,
  method: nullable('string'),
  route: { ...textSchema, description: 'The pattern of its route, or the operation of a job.' },
  address: nullable('string'),
  status: nullable('integer'),
  ms: numberSchema,
  kept: { ...textSchema, enum: keptReasons },
  is_traced: { type: 'boolean', description: 'Whether its parts were measured.' },
  left_out: { ...integerSchema, description: 'Parts beyond the first 200.' },
  trace_id: nullable('string'),
  parent_id: { ...nullable('string'), description: 'The part of the trace that asked this server.' },
  actor: nullable('string'),
  bytes: { ...nullable('integer'), description: 'Of the answer; null for one sent in pieces.' },
  job: nullable('integer'),
};

const spanSchema = objectSchema({
  n: integerSchema,
  parent: nullable('integer'),
  kind: { ...textSchema, enum: Object.keys(spanLabels) },
  name: textSchema,
  start_us: integerSchema,
  us: integerSchema,
  rows: nullable('integer'),
  calls: { ...integerSchema, description: 'More than one for a statement of a script.' },
});

const phaseSchema = objectSchema({ name: textSchema, started_at: textSchema, seconds: numberSchema });

const oneSchema = {
  summary:
    'One request that was kept, or one job as `job-12`: its parts, or its first 40 phases and the statements of its script.',
  params: objectSchema({ id: textSchema }),
  response: {
    200: objectSchema({
      ...traceFields,
      job_status: { ...nullable('string'), description: 'Null for a request.' },
      phases: { type: ['array', 'null'], items: phaseSchema, description: 'Null for a request.' },
      spans: { type: 'array', items: spanSchema },
      problem: { ...nullable('string'), description: 'Why the statements of a job cannot be read now.' },
    }),
    ...refusals,
  },
};

const allSchema = {
  summary: 'The requests that were kept because they failed, were slow or were picked, the newest first.',
  querystring: closedSchema({
    only: { type: 'string', enum: ['all', 'bad'], default: 'all' },
    route: { type: 'string', minLength: 1, maxLength: 500 },
    method: { type: 'string', minLength: 1, maxLength: 10 },
    cursor: { type: 'string', maxLength: 100 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  }),
  response: {
    200: listSchema(objectSchema(traceFields), {
      all_until: { ...nullable('string'), description: 'Until when all requests are traced.' },
    }),
    ...refusals,
  },
};

const huntSchema = {
  summary: 'Traces all requests for ten minutes from now.',
  response: { 200: objectSchema({ all_until: textSchema }), ...refusals },
};

const stopSchema = { summary: 'Ends the tracing of all requests.', response: { 204: {}, ...refusals } };

const statementsSchema = {
  summary: 'The statements of the server and of scripts with slow calls in 24 hours, the most time first.',
  response: {
    200: listSchema(
      objectSchema({
        database: { ...textSchema, enum: databases },
        text: { ...textSchema, description: 'Without its values.' },
        calls: integerSchema,
        total_us: integerSchema,
        max_us: integerSchema,
        slow: { ...integerSchema, description: 'Calls that took at least the time of the setting.' },
      }),
    ),
    ...refusals,
  },
};

export function registerTracesApi(app: FastifyInstance, ctx: TraceContext) {
  const { hunt, logStore, traceReader } = ctx;
  app.get<{ Params: { id: string } }>('/api/v1/requests/:id', { schema: oneSchema }, async (request) =>
    toBody(await traceReader.read(request.params.id)),
  );

  app.get<{ Querystring: Asked }>('/api/v1/traces', { schema: allSchema }, async ({ query }) => {
    const { cursor, limit, ...filter } = query;
    const items = await logStore.ask('traces', { ...filter, after: readCursor(cursor), limit: limit + 1 });
    const shown = items.slice(0, limit);
    const last = items.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(toBody),
      next_cursor: last ? formatCursor(last) : null,
      all_until: hunt.until()?.toISOString() ?? null,
    };
  });

  app.post('/api/v1/traces/hunt', { schema: huntSchema, config: { action: hunting } }, async (request) => ({
    all_until: (await hunt.begin(requester(request))).toISOString(),
  }));

  app.delete(
    '/api/v1/traces/hunt',
    { schema: stopSchema, config: { action: stopping } },
    async (request, reply) => {
      await hunt.stop(requester(request));
      return reply.code(204).send();
    },
  );

  app.get('/api/v1/databases/statements', { schema: statementsSchema }, async () => ({
    items: await slowStatementsOf(logStore, ctx.now()),
    next_cursor: null,
  }));
}

const toBody = (trace: KeptTrace | ReadTrace) => ({ ...trace, at: new Date(trace.at).toISOString() });
