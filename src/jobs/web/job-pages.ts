// The page of one job, its parts that are fetched (log lines, result rows, notices), and its cancel action.
import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { objectSchema } from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { jobActions } from '../actions.ts';
import type { Job } from '../job.ts';
import { viewJob } from '../job-view.ts';
import { levels } from '../../job-log/log-text.ts';
import type { JobContext } from '../parts.ts';
import { showLocalTimes } from '../../web/local-times.ts';
import { endNotice } from './end-notice.ts';
import { type RowsQuery, viewCopies, viewRows, wholeLog } from './job-parts.ts';
import { countLevels, type LogQuery, viewLines, viewLog } from './log-view.ts';

type Numbered = { Params: { number: string } };
type JobQuery = LogQuery & RowsQuery;

const number = { type: 'integer', minimum: 1 } as const;
const moreLines = objectSchema({
  from: { ...number, default: 1 },
  following: { type: 'boolean', default: false },
});
const jobQuery = objectSchema({
  line: number,
  from: number,
  find: { type: 'string', maxLength: 200 },
  level: { type: 'string', enum: levels },
  outcome: { type: 'string', maxLength: 80 },
  tab: { type: 'string', maxLength: 80 },
  row: { type: 'integer', minimum: 0 },
});

export function registerJobPages(app: FastifyInstance, ctx: JobContext) {
  const { jobs } = ctx;

  app.get<Numbered & { Querystring: JobQuery }>(
    '/jobs/:number',
    { config: { isPage: true }, schema: { querystring: jobQuery } },
    async (request, reply) => {
      const job = jobs.find(request.params.number);
      const view = viewJob(ctx, job);
      return reply.sendPage({
        template: 'jobs/job-page',
        title: `${view.title} #${job.number}`,
        section: '/jobs',
        script: 'job.js',
        data: {
          job: view,
          card: await request.cardData(`job-${job.number}`),
          log: await viewLog(ctx, job, request.query),
          rows: viewRows(ctx, job, request.query),
          copies: viewCopies(ctx, job, `${request.protocol}://${request.headers.host}`),
        },
      });
    },
  );

  registerLog(app, ctx);

  /** The content of the rows' host. */
  app.get<Numbered & { Querystring: RowsQuery }>(
    '/ui/jobs/:number/rows',
    { schema: { querystring: jobQuery } },
    (request, reply) => {
      const rows = viewRows(ctx, jobs.find(request.params.number), request.query);
      return reply.view('jobs/job-rows', { rows });
    },
  );

  app.get<Numbered>('/ui/jobs/:number/notice', (request, reply) => {
    const notice = endNotice(ctx, jobs.find(request.params.number));
    if (!notice) return reply.code(204).send();
    return reply.send({ ...notice, text: showLocalTimes(notice.text) });
  });

  registerCancel(app, ctx);
  registerRemoval(app, ctx);
}

function registerLog(app: FastifyInstance, ctx: JobContext) {
  const { jobs } = ctx;

  app.get<Numbered & { Querystring: { from: number; following: boolean } }>(
    '/ui/jobs/:number/log',
    { schema: { querystring: moreLines } },
    async (request, reply) => {
      const { from, following } = request.query;
      const lines = await viewLines(ctx, jobs.find(request.params.number), from, following);
      return reply.header('x-log-lines', lines.total).view('jobs/log-lines', lines);
    },
  );

  app.get<Numbered>('/ui/jobs/:number/log/levels', async (request) =>
    countLevels(ctx, jobs.find(request.params.number)),
  );

  app.get<Numbered>('/jobs/:number/log.txt', (request, reply) => {
    const job = jobs.find(request.params.number);
    const name = `${job.operation}-${job.number}.log`;
    reply.type('text/plain; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
    return reply.send(wholeLog(ctx, job));
  });
}

function registerCancel(app: FastifyInstance, ctx: JobContext) {
  const { jobs, catalogue } = ctx;

  app.get<Numbered>('/ui/jobs/:number/cancel', { config: { isPage: true } }, (request, reply) =>
    reply.sendDialog('jobs/dialog-job', viewCancel(ctx, jobs.find(request.params.number))),
  );

  app.post<Numbered>(
    '/ui/jobs/:number/cancel',
    { config: { action: jobActions.cancel } },
    async (request, reply) => {
      const job = await jobs.cancel(request.params.number, requester(request));
      const isOver = job.status === 'cancelled';
      const name = `${catalogue.find(job.operation)?.title ?? job.operation} #${job.number}`;
      return reply.sendAction({
        notice: {
          tone: 'ok',
          title: isOver ? `${name} cancelled.` : `Stopping ${name}.`,
          text: isOver ? 'It had not started.' : 'Waiting for its processes.',
        },
        redirect: url(`/jobs/${job.number}`),
        hosts: ['ops-jobs-card', `job-${job.number}-card`],
      });
    },
  );
}

function registerRemoval(app: FastifyInstance, ctx: JobContext) {
  app.get<Numbered>('/ui/jobs/:number/remove', { config: { isPage: true } }, (request, reply) => {
    const { number, operation } = ctx.jobs.find(request.params.number);
    return reply.sendDialog('jobs/dialog-job', {
      action: url(`/ui/jobs/${number}/remove`),
      question: `Remove ${operation} #${number}?`,
      consequences: [
        'Its log and result rows are deleted and cannot be restored.',
        'The audit log keeps who ran it and who removed it.',
      ],
      needs: jobActions.remove.name,
      confirm: 'Remove job',
      keep: 'Keep job',
      back: url(`/jobs/${number}`),
    });
  });

  app.post<Numbered>(
    '/ui/jobs/:number/remove',
    { config: { action: jobActions.remove } },
    async (request, reply) => {
      const { operation, number } = await ctx.removal.remove(request.params.number, requester(request));
      const name = `${ctx.catalogue.find(operation)?.title ?? operation} #${number}`;
      const notice = { tone: 'ok', title: `${name} removed.`, text: 'The audit log still has it.' } as const;
      return reply.sendAction({ notice, redirect: url('/jobs'), hosts: [] });
    },
  );
}

/** The dialog that confirms the cancel of a running job. */
function viewCancel({ catalogue, config }: Pick<JobContext, 'catalogue' | 'config'>, job: Job) {
  const operation = catalogue.find(job.operation);
  return {
    action: url(`/ui/jobs/${job.number}/cancel`),
    question: `Cancel ${job.operation} #${job.number}?`,
    consequences: [
      operation?.cancelNote ?? '',
      `Its processes have ${config.killGraceMs / 1000} s to stop, then they are killed.`,
    ].filter(Boolean),
    needs: jobActions.cancel.name,
    confirm: `Cancel ${job.operation}`,
    keep: 'Keep running',
    back: url(`/jobs/${job.number}`),
  };
}
