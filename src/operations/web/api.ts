import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import type { Operation } from '../../core/operation.ts';
import { defaultArguments } from '../../core/arguments.ts';
import { requester } from '../../web/requester.ts';
import type { OperationContext } from '../parts.ts';
import { listBindingOptions } from '../run-dialog.ts';
import { anyObjectSchema, objectSchema, optionalBody, refusals, textSchema } from '../../core/schemas.ts';
import { runAction } from '../../jobs/actions.ts';
import { accepted, acceptedSchema } from '../../jobs/job-body.ts';
import { type RunFields, runFields } from '../../jobs/run-request.ts';

type RunBody = RunFields & { args?: Record<string, unknown> };

const runSchema = {
  summary: 'Enqueues a job of the operation.',
  params: objectSchema({ operation: textSchema }),
  body: optionalBody({ args: { type: 'object' }, ...runFields }),
  response: { 202: acceptedSchema, ...refusals },
};

const listSchema = {
  summary: 'All operations, with their arguments, danger and locks.',
  response: { 200: objectSchema({ items: { type: 'array', items: anyObjectSchema } }), ...refusals },
};

export function registerOperationsApi(app: FastifyInstance, ctx: OperationContext) {
  const { jobs } = ctx;

  app.get('/api/v1/operations', { schema: listSchema }, () => ({
    items: listOperations(ctx),
  }));

  app.post<{ Params: { operation: string }; Body: RunBody | null }>(
    '/api/v1/operations/:operation',
    { schema: runSchema, config: { action: runAction } },
    async (request, reply) => {
      const { args = {}, when_locked } = request.body ?? {};
      const { reason, confirm } = request;
      const { operation } = request.params;
      const wanted = { operation, args, reason, confirm, whenLocked: when_locked };
      const job = await jobs.submit(wanted, requester(request));
      reply.code(202).header('location', url(`/api/v1/operations/jobs/${job.id}`));
      return accepted(job);
    },
  );
}

function listOperations(ctx: OperationContext) {
  const next = ctx.nextRuns.byOperation();
  return ctx.catalogue.all().map((operation) => ({
    ...operationBody(ctx, operation),
    /** The soonest due time of its schedules. */
    next_run: next.get(operation.name) ?? null,
  }));
}

function operationBody(
  { jobs, libraryState, options }: Pick<OperationContext, 'jobs' | 'libraryState' | 'options'>,
  operation: Operation,
) {
  const defaults = defaultArguments(operation);
  const args = operation.derive?.(defaults, libraryState) ?? defaults;
  const blocker = jobs.blockerOf(operation, args);
  return {
    name: operation.name,
    title: operation.title,
    summary: operation.summary,
    description: operation.description,
    danger: operation.danger(args),
    args: { ...operation.args, properties: listBindingOptions(operation, options()) },
    locks: operation.locks(args),
    confirm: operation.confirmWord,
    held_by: blocker ? [blocker] : [],
  };
}
