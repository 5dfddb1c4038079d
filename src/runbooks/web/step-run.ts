// Runs the operation of a step: the ordinary dialog, whose job then belongs to the step.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readForm } from '../../core/arguments.ts';
import { checkArguments } from '../../core/check-arguments.ts';
import { AppError } from '../../core/errors.ts';
import type { Args } from '../../core/operation.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { describeStart } from '../../operations/describe-start.ts';
import { formFields, isCorrectable, type RunDialog, viewRunDialog } from '../../operations/run-dialog.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, lastValues, type Posted } from '../../web/validation.ts';
import type { RunbookContext } from '../parts.ts';
import { runActions } from '../run.ts';
import type { RunStep } from '../run-steps.ts';

type OfStep = { Params: { number: number; step: number } };

const path = '/ui/runs/:number/steps/:step/run';
const params = closedSchema({ number: idSchema, step: idSchema });
/** Marks the fields of a form, which may be empty; without it the link of the step gives the arguments. */
const given = 'form';
const otherFields = [...formFields, given];

export function registerStepRun(app: FastifyInstance, ctx: RunbookContext) {
  app.get<OfStep & { Querystring: Form }>(
    path,
    { config: { isPage: true }, schema: { params } },
    (request, reply) => {
      const query = lastValues(request.query);
      const { operation, args: linked } = ctx.runSteps.ready(request.params.number, request.params.step);
      const args = query[given] === undefined ? linked : readForm(operation.args, query, otherFields);
      const error = errorOf(() => checkArguments(operation.args, args, ctx.options()));
      return sendDialog(ctx, reply, request.params, { args, error });
    },
  );

  app.post<OfStep & Posted>(
    path,
    { schema: { ...isForm.schema, params }, config: { action: runActions.step } },
    async (request, reply) => {
      const { number, step } = request.params;
      const form = request.body ?? {};
      const { key, reason, confirm } = form;
      const { operation } = ctx.runSteps.find(number, step);
      const args = operation ? readForm(operation.args, form, otherFields) : {};
      const whenLocked = form.when_locked === 'wait' ? ('wait' as const) : undefined;
      const start = () =>
        ctx.runSteps.start(number, step, { args, reason, confirm, whenLocked }, requester(request));
      try {
        const job = await (key === undefined ? start() : ctx.idempotency(`${request.url} ${key}`, start));
        const notice = {
          tone: 'ok' as const,
          title: `${operation?.title ?? job.operation} #${job.number} queued.`,
          text: `${describeStart(ctx.jobs, job)} ${describeTick(ctx.runSteps.find(number, step))}`,
          job: job.number,
        };
        const redirect = url(`/runs/${number}`);
        return await reply.sendAction({ notice, redirect, hosts: [`run-${number}-card`] });
      } catch (thrown) {
        if (!isCorrectable(thrown)) throw thrown;
        const error = readRefusal(thrown, request);
        const again = { args, reason, confirm, key, error };
        return sendDialog(ctx, reply.code(statusOf(error)).intoDialog(), request.params, again);
      }
    },
  );
}

function sendDialog(
  ctx: RunbookContext,
  reply: FastifyReply,
  { number, step }: OfStep['Params'],
  dialog: Omit<RunDialog, 'operation' | 'retryOf'> & { args: Args },
) {
  const { operation } = ctx.runSteps.ready(number, step);
  const action = url(`/ui/runs/${number}/steps/${step}/run`);
  return reply.sendDialog('operations/dialog-run', {
    ...viewRunDialog(ctx, { ...dialog, operation }),
    action,
    preview: url(`/ui/runs/${number}/steps/${step}/run`, { [given]: '1' }),
    schedule: null,
    back: url(`/runs/${number}`),
    section: '/status',
  });
}

function describeTick({ hasOtherArgs }: RunStep): string {
  return hasOtherArgs
    ? 'Its arguments are not those of the step, which stays open.'
    : 'The step ticks itself when it has succeeded.';
}

function errorOf(work: () => unknown): AppError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
