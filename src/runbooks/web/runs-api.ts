// Runbooks and runs in the JSON API.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { type RunFields, runFields } from '../../jobs/run-request.ts';
import { requester } from '../../web/requester.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import type { RunbookContext } from '../parts.ts';
import { runActions } from '../run.ts';
import {
  oneRunBody,
  oneRunbookSchema,
  oneRunSchema,
  runbookBody,
  runbookListSchema,
  runBody,
} from '../run-body.ts';
import type { StepMove } from '../run-steps.ts';
import type { RunbookQuery } from '../runbooks.ts';

type Named = { Params: { slug: string } };
type Numbered = { Params: { number: number } };
type OfStep = { Params: { number: number; step: number } };
type Listed = { Querystring: RunbookQuery & { limit: number; cursor?: string } };
type StepBody = Partial<StepMove> & RunFields & { run?: true; args?: Record<string, unknown> };

const shownRuns = 20;
const text = { type: 'string', maxLength: 500 } as const;
const answer = { 200: oneRunSchema, ...refusals };

const listSchema = {
  summary: 'Runbooks by title, each with its last run.',
  querystring: closedSchema({
    q: text,
    tag: text,
    owner: text,
    priority: text,
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'string', maxLength: 1000 },
  }),
  response: { 200: runbookListSchema, ...refusals },
};

const startSchema = {
  summary: 'Starts a run of a runbook: its steps become a checklist.',
  params: objectSchema({ slug: textSchema }),
  body: optionalBody({ incident: { ...idSchema, type: ['integer', 'null'] } }),
  response: { 201: oneRunSchema, ...refusals },
};

const stepSchema = {
  summary: 'Ticks, skips or opens a step, or runs its operation.',
  description:
    'Either `state`: done, skipped (with a `note`) or open; or `run`: true, for a step that runs an operation and ticks itself when its job has succeeded. `args` are added to those of the step. A destructive operation needs `reason` and `confirm`.',
  params: closedSchema({ number: idSchema, step: idSchema }),
  body: {
    ...closedSchema({
      state: { type: 'string', enum: ['done', 'skipped', 'open'] },
      note: { type: ['string', 'null'] },
      run: { type: 'boolean', const: true },
      args: { type: 'object' },
      ...runFields,
    }),
    oneOf: [{ required: ['state'] }, { required: ['run'] }],
  },
  response: answer,
};

export function registerRunsApi(app: FastifyInstance, ctx: RunbookContext) {
  const { runs, runSteps } = ctx;
  registerReads(app, ctx);

  app.post<Named & { Body: { incident?: number | null } | null }>(
    '/api/v1/runbooks/:slug/runs',
    { schema: startSchema, config: { action: runActions.start } },
    async (request, reply) => {
      const { incident = null } = request.body ?? {};
      const { number } = await runs.start(request.params.slug, requester(request), incident);
      reply.code(201).header('location', url(`/api/v1/runs/${number}`));
      return oneRunBody(ctx, number);
    },
  );

  app.post<OfStep & { Body: StepBody }>(
    '/api/v1/runs/:number/steps/:step',
    { schema: stepSchema, config: { action: runActions.step } },
    async (request) => {
      const { reason, confirm, params, body } = request;
      const { number, step } = params;
      const by = requester(request);
      if (body.state) await runSteps.move(number, step, { state: body.state, note: body.note }, by);
      else {
        const args = { ...runSteps.find(number, step).args, ...body.args };
        await runSteps.start(number, step, { args, reason, confirm, whenLocked: body.when_locked }, by);
      }
      return oneRunBody(ctx, number);
    },
  );

  for (const { verb, outcome, summary } of [
    { verb: 'finish', outcome: 'done', summary: 'Ends a run of which every step is done or skipped.' },
    { verb: 'stop', outcome: 'stopped', summary: 'Ends a run whatever is left. Its jobs go on.' },
  ] as const)
    app.post<Numbered>(
      `/api/v1/runs/:number/${verb}`,
      {
        schema: {
          summary,
          params: closedSchema({ number: idSchema }),
          body: optionalBody({}),
          response: answer,
        },
        config: { action: runActions.end },
      },
      async (request) => {
        await runs.end(request.params.number, outcome, requester(request));
        return oneRunBody(ctx, request.params.number);
      },
    );
}

function registerReads(app: FastifyInstance, ctx: RunbookContext) {
  const { runbooks, runRepository } = ctx;

  app.get<Listed>('/api/v1/runbooks', { schema: listSchema }, ({ query: { limit, cursor, ...query } }) => {
    const { items, next } = runbooks.list(query, limit, readCursor(cursor));
    return {
      items: items.map((runbook) => runbookBody(ctx, runbook)),
      next_cursor: next === null ? null : formatCursor(next),
    };
  });

  app.get<Named>(
    '/api/v1/runbooks/:slug',
    {
      schema: {
        summary: 'One runbook with its text and its newest runs.',
        params: objectSchema({ slug: textSchema }),
        response: { 200: oneRunbookSchema, ...refusals },
      },
    },
    ({ params: { slug } }) => {
      const { body, ...runbook } = runbooks.find(slug);
      const newest = runRepository.ofSlug(slug, shownRuns);
      return { ...runbookBody(ctx, runbook), body, runs: newest.map((run) => runBody(ctx, run)) };
    },
  );

  app.get<Numbered>(
    '/api/v1/runs/:number',
    {
      schema: {
        summary: 'A run of a runbook with its steps.',
        params: closedSchema({ number: idSchema }),
        response: answer,
      },
    },
    ({ params: { number } }) => oneRunBody(ctx, number),
  );
}
