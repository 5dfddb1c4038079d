// The page of a plan, and the action that applies it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { auditRefusal } from '../../core/audit.ts';
import type { AppError } from '../../core/errors.ts';
import { objectSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { jobTarget, operationTarget, runAction } from '../../jobs/actions.ts';
import { isTerminal } from '../../jobs/job.ts';
import { describeStart } from '../../operations/describe-start.ts';
import { isCorrectable } from '../../operations/run-dialog.ts';
import { planOutcomes } from '../../plan-store/plan-repository.ts';
import { statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { PlanContext } from '../parts.ts';
import { describeEmbeddingWork } from '../embedding-work.ts';
import { describePlan, findDryRun } from '../plan.ts';
import { sendCsv } from './plan-csv.ts';
import { readForm, refuseWithoutPlan, viewForm } from './plan-form.ts';
import { type TableQuery, viewTables } from './plan-tables.ts';
import { viewFollowUp } from './follow-up-part.ts';
import { hasNoChanges, viewHead, viewSummary } from './plan-view.ts';

type Numbered = { Params: { number: string } };

const text = { type: 'string', maxLength: 100 } as const;
const position = { type: 'integer', minimum: 0 } as const;
const outcomes = Object.fromEntries(planOutcomes.map((outcome) => [outcome, position]));
const tableQuery = objectSchema({ tab: text, change: text, ...outcomes });
const applies = {
  ...isForm,
  config: { action: { ...runAction, target: jobTarget }, page: '/plans/:number' },
};
const csvQuery = objectSchema({ outcome: { type: 'string', enum: planOutcomes } });

export function registerPlanPages(app: FastifyInstance, ctx: PlanContext) {
  app.get<Numbered & { Querystring: TableQuery }>(
    '/plans/:number',
    { config: { isPage: true }, schema: { querystring: tableQuery } },
    (request, reply) => sendPlan(ctx, request, reply, { query: request.query }),
  );

  app.get<Numbered & { Querystring: { outcome?: (typeof planOutcomes)[number] } }>(
    '/plans/:number.csv',
    { schema: { querystring: csvQuery } },
    (request, reply) =>
      sendCsv(ctx, reply, findDryRun(ctx, request.params.number).job, request.query.outcome),
  );

  app.post<Numbered & Posted>('/ui/plans/:number/apply', applies, async (request, reply) => {
    const form = request.body ?? {};
    try {
      const job = await apply(ctx, request, form);
      return await reply.sendAction({
        notice: {
          tone: 'ok',
          title: `${ctx.catalogue.find(job.operation)?.title ?? job.operation} #${job.number} queued.`,
          text: `${describeStart(ctx.jobs, job)} It applies plan #${request.params.number}.`,
          job: job.number,
        },
        redirect: url(`/jobs/${job.number}`),
        hosts: [],
      });
    } catch (error) {
      if (!isCorrectable(error)) throw error;
      return sendPlan(ctx, request, reply.code(statusOf(error)), { query: {}, form, error });
    }
  });
}

async function apply(ctx: PlanContext, request: FastifyRequest<Numbered>, form: Form) {
  const { job, operation } = findDryRun(ctx, request.params.number);
  const plan = await describePlan(ctx, job, operation);
  const by = requester(request);
  const refused = { event: runAction.refused, by, target: operationTarget(operation.name) };
  const read = () =>
    auditRefusal(ctx.audit, refused, () =>
      plan ? readForm(ctx, plan, form, by) : refuseWithoutPlan(ctx, job, operation, form, by),
    );
  const submit = async () => ctx.jobs.submit(await ctx.untilFree(read), by);
  return form.key === undefined ? submit() : ctx.idempotency(`${request.url} ${form.key}`, submit);
}

type Shown = { query: TableQuery; form?: Form; error?: AppError };

/** The plan; while it is made, or when there is none, the card of its job. */
async function sendPlan(
  ctx: PlanContext,
  request: FastifyRequest<Numbered>,
  reply: FastifyReply,
  { query, form = {}, error }: Shown,
) {
  const { job, operation } = findDryRun(ctx, request.params.number);
  const head = viewHead(job, operation);
  const page = { title: `${head.title} #${job.number}`, section: '/jobs' };
  const plan = await describePlan(ctx, job, operation);
  if (!plan) {
    const card = await request.cardData(`job-${job.number}`);
    const script = isTerminal(job.status) ? {} : { script: 'plan.js' };
    return reply.sendPage({ ...page, ...script, template: 'plans/no-plan-page', data: { head, card } });
  }
  const { appliedBy } = plan;
  const after = appliedBy?.status === 'succeeded' ? appliedBy.number : null;
  return reply.sendPage({
    ...page,
    template: 'plans/plan-page',
    data: {
      head,
      summary: viewSummary(plan, query),
      followUp: hasNoChanges(plan) ? null : viewFollowUp(ctx, operation, after),
      embeddingWork: hasNoChanges(plan) ? [] : describeEmbeddingWork(ctx, plan),
      tables: viewTables(ctx, plan, query),
      form: viewForm(ctx, plan, form, error),
    },
  });
}
