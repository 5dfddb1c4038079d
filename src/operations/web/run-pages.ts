// Pages that run an operation or retry a job: the dialog and the form submission.
import { describeStart } from '../describe-start.ts';
import { url } from '../../core/url.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readForm } from '../../core/arguments.ts';
import { checkArguments } from '../../core/check-arguments.ts';
import { AppError } from '../../core/errors.ts';
import { makesPlan } from '../../core/operation.ts';
import { jobActions, runAction } from '../../jobs/actions.ts';
import type { Job } from '../../jobs/job.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { OperationContext } from '../parts.ts';
import { formFields, isCorrectable, type RunDialog, viewRunDialog } from '../run-dialog.ts';

type Named = { Params: { operation: string } };
type Numbered = { Params: { number: string } };

export function registerRunPages(app: FastifyInstance, ctx: OperationContext) {
  const { catalogue, jobs } = ctx;

  app.get<Named & { Querystring: Form }>(
    '/ui/operations/:operation/confirm',
    { config: { isPage: true } },
    (request, reply) => {
      const operation = catalogue.get(request.params.operation);
      const args = readForm(operation.args, request.query, formFields);
      return sendDialog(ctx, reply, {
        operation,
        args,
        refused: request.query.refused,
        error: errorOf(() => checkArguments(operation.args, args, ctx.options())),
      });
    },
  );

  app.post<Named & Posted>(
    '/ui/operations/run/:operation',
    { ...isForm, config: { action: runAction, page: '/operations' } },
    async (request, reply) => {
      const operation = catalogue.find(request.params.operation);
      const form = request.body ?? {};
      const args = operation ? readForm(operation.args, form, formFields) : {};
      const wanted = { operation: request.params.operation, args, ...readRun(form) };
      return submitForm(ctx, request, reply, () => jobs.submit(wanted, requester(request)), {
        dialogFor: (error) => operation && { operation, args, ...keep(form), error },
      });
    },
  );

  app.get<Numbered>('/ui/jobs/:number/retry', { config: { isPage: true } }, (request, reply) => {
    const job = jobs.find(request.params.number);
    const operation = catalogue.get(job.operation);
    // An uploaded file may be gone by the time of a retry.
    const error = errorOf(() => ctx.assertPossible(operation, ctx.readArguments(operation, job.args)));
    return sendDialog(ctx, reply, { operation, args: job.args, retryOf: job, error });
  });

  app.post<Numbered & Posted>(
    '/ui/jobs/:number/retry',
    { ...isForm, config: { action: jobActions.retry } },
    (request, reply) => {
      const form = request.body ?? {};
      const { number } = request.params;
      return submitForm(ctx, request, reply, () => jobs.retry(number, readRun(form), requester(request)), {
        dialogFor(error) {
          const job = jobs.find(number);
          const operation = catalogue.get(job.operation);
          return { operation, args: job.args, retryOf: job, ...keep(form), error };
        },
      });
    },
  );
}

/** Submits the job and answers with the card or a redirect; shows the dialog again for a correctable error. */
async function submitForm(
  ctx: OperationContext,
  request: FastifyRequest,
  reply: FastifyReply,
  submit: () => Promise<Job>,
  { dialogFor }: { dialogFor: (error: AppError) => RunDialog | null },
) {
  const { key } = (request.body ?? {}) as Form;
  try {
    const job = await (key === undefined ? submit() : ctx.idempotency(`${request.url} ${key}`, submit));
    const operation = ctx.catalogue.find(job.operation);
    const isPlan = operation !== null && makesPlan(operation, job.args);
    return await reply.sendAction({
      notice: queuedNotice(ctx, job),
      redirect: url(`/${isPlan ? 'plans' : 'jobs'}/${job.number}`),
      hosts: isPlan ? [] : ['ops-controls-card'],
    });
  } catch (error) {
    const dialog = isCorrectable(error) ? dialogFor(error) : null;
    if (!dialog) throw error;
    return sendDialog(ctx, reply.code(statusOf(readRefusal(error, request))).intoDialog(), dialog);
  }
}

function sendDialog(ctx: OperationContext, reply: FastifyReply, dialog: RunDialog) {
  const { refused } = dialog;
  return reply.sendDialog('operations/dialog-run', { ...viewRunDialog(ctx, dialog), refused });
}

function queuedNotice({ catalogue, jobs }: Pick<OperationContext, 'catalogue' | 'jobs'>, job: Job): Notice {
  const start = describeStart(jobs, job);
  return {
    tone: 'ok',
    title: `${catalogue.find(job.operation)?.title ?? job.operation} #${job.number} queued.`,
    text: job.reason ? `${start} Reason: ${job.reason}` : start,
    job: job.number,
  };
}

/** The options of a run from the form fields that are not arguments. */
function readRun(form: Form) {
  return {
    reason: form.reason,
    confirm: form.confirm,
    whenLocked: form.when_locked === 'wait' ? ('wait' as const) : undefined,
  };
}

/** The values that a rejected form keeps. */
function keep({ reason, confirm, key, refused }: Form) {
  return { reason, confirm, key, refused };
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
