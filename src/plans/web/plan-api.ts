import type { FastifyInstance } from 'fastify';
import {
  anyObjectSchema,
  closedSchema,
  listSchema,
  objectAnswer,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { type PlanOutcome, planOutcomes, withPlan } from '../../plan-store/plan-repository.ts';
import type { PlanContext } from '../parts.ts';
import { findDryRun, findPlan, type Plan } from '../plan.ts';
import { rowsNotKept } from './plan-csv.ts';

type Numbered = { Params: { number: string } };
type RowsQuery = { outcome: PlanOutcome; tab?: string; limit: number; cursor: number };

const params = objectSchema({ number: textSchema });
const rowsQuery = closedSchema(
  {
    outcome: { type: 'string', enum: planOutcomes },
    tab: { type: 'string', minLength: 1, maxLength: 100 },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 200 },
    cursor: { type: 'integer', minimum: 0, default: 0 },
  },
  ['outcome'],
);

export function registerPlanApi(app: FastifyInstance, ctx: PlanContext) {
  app.get<Numbered>(
    '/api/v1/plans/:number',
    {
      schema: {
        ...objectAnswer,
        summary: 'The plan that a dry run has made, by the number of its job.',
        params,
      },
    },
    async (request) => planBody(await findPlan(ctx, request.params.number)),
  );

  app.get<Numbered & { Querystring: RowsQuery }>(
    '/api/v1/plans/:number/rows',
    {
      schema: {
        summary: 'The rows of a plan with one outcome, in the order of the plan.',
        params,
        querystring: rowsQuery,
        response: { 200: listSchema(anyObjectSchema), ...refusals },
      },
    },
    (request) => {
      const { job } = findDryRun(ctx, request.params.number);
      const { outcome, tab, limit, cursor } = request.query;
      const found = withPlan(ctx.config.root, job.id, (plan) =>
        plan.rows({ outcome, tab }, cursor, limit + 1),
      );
      if (found === null) throw rowsNotKept(job);
      const items = found.slice(0, limit);
      return { items, next_cursor: found.length > limit ? String(items.at(-1)?.seq) : null };
    },
  );
}

function planBody({ job, token, counts, tallies, refusal, largeRemoval, appliedBy, outdated }: Plan) {
  return {
    number: job.number,
    job_id: job.id,
    operation: job.operation,
    args: job.args,
    plan: token,
    counts,
    tallies,
    refusal,
    large_removal: largeRemoval,
    applied_by: appliedBy?.number ?? null,
    outdated,
    url: url(`/plans/${job.number}`),
  };
}
