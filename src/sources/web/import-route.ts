// Starts what the form of the page has chosen: a plan, or into an empty library the import and the index.
import type { FastifyInstance } from 'fastify';
import type { Requester } from '../../core/audit.ts';
import { AppError } from '../../core/errors.ts';
import type { Args } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import { runAction } from '../../jobs/actions.ts';
import { describeStart } from '../../operations/describe-start.ts';
import type { Job } from '../../jobs/job.ts';
import type { Notice } from '../../web/flash.ts';
import { readRefusal } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { SourceContext } from '../parts.ts';
import { argumentsOf, readChoice } from './choice.ts';
import { sendSources, sourcesPage } from './sources-page.ts';

type Started = { redirect: string; notice: Notice };

export function registerImportRoute(app: FastifyInstance, ctx: SourceContext) {
  app.post<Posted>(
    '/ui/sources/import',
    { ...isForm, config: { action: runAction, page: sourcesPage.path } },
    async (request, reply) => {
      const form = request.body ?? {};
      const choice = readChoice(form);
      const start = () =>
        startImport(ctx, argumentsOf(choice), form.into_empty === 'true', requester(request));
      try {
        const key = form.key ? `/ui/sources/import ${form.key}` : null;
        const { redirect, notice } = await (key === null ? start() : ctx.idempotency(key, start));
        return await reply.sendAction({ notice, redirect, hosts: [] });
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        return sendSources(ctx, request, reply, choice, { of: 'choice', refusal: error });
      }
    },
  );
}

/** Imports only if the form offered that and the library still is empty; plans otherwise. */
async function startImport(
  ctx: SourceContext,
  args: Args,
  wantsImport: boolean,
  by: Requester,
): Promise<Started> {
  const dry_run = !(wantsImport && ctx.libraryState.isEmpty());
  const job = await ctx.jobs.submit(
    { operation: 'import', args: { ...args, dry_run }, whenLocked: 'wait' },
    by,
  );
  if (!dry_run) return { redirect: url(`/jobs/${job.number}`), notice: await queueIndex(ctx, job, by) };
  const text = `${describeStart(ctx.jobs, job)} It shows what an import would change. Nothing is written.`;
  const notice = { tone: 'ok' as const, title: `Plan #${job.number} queued.`, text, job: job.number };
  return { redirect: url(`/plans/${job.number}`), notice };
}

/** Also when the index is refused, the import goes on; the notice says so. */
async function queueIndex({ jobs }: SourceContext, { number }: Job, by: Requester): Promise<Notice> {
  try {
    const index = await jobs.submit({ operation: 'index', args: { after: number }, whenLocked: 'wait' }, by);
    const text = `Index #${index.number} follows it. Then the entries can be searched.`;
    return { tone: 'ok', title: `Import #${number} queued.`, text, job: number };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const text = `The index was not queued: ${error.message} Rebuild it after the import.`;
    return { tone: 'warn', title: `Import #${number} queued.`, text, job: number };
  }
}
