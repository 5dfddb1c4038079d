import type { FastifyInstance } from 'fastify';
import { answerAction } from '../../web/actions.ts';
import { jobCard } from './job-card.ts';
import { jobChangesCard } from './job-changes-card.ts';
import { loadCard, renderCard } from '../../web/cards.ts';
import { sendCancelDialog, sendDialog } from '../../operations/web/dialog.ts';
import { createListRenderer, type ListQuery, listUrl, readList, searchContext } from './job-list.ts';
import { endNotice } from '../job-notice.ts';
import { viewJob } from '../job-view.ts';
import { sendPage } from '../../web/page.ts';
import { requester } from '../../web/requester.ts';
import type { Services } from '../../web/services.ts';
import { type Form, formBody } from '../../web/validation.ts';
import { words } from '../../web/words.ts';
import { type RowsQuery, viewCopies, viewRows, wholeLog } from './job-parts.ts';
import { rowsCard } from './rows-card.ts';
import { levels } from '../log-text.ts';
import { logCard } from './log-card.ts';
import { countLevels, type LogQuery, viewLines, viewLog } from './log-view.ts';
import { readRun, runFromForm } from '../../dashboard/web/pages.ts';

type Numbered = { Params: { number: string } };
type Listed = { Querystring: ListQuery };

const number = { type: 'integer', minimum: 1 } as const;
const text = { type: 'string', maxLength: 500 } as const;
const listQuery = {
  type: 'object',
  properties: { status: text, operation: text, q: text, before: number, after: number, above: number },
} as const;
const mostNews = 1000;
type JobQuery = LogQuery & RowsQuery;
const moreLines = {
  type: 'object',
  properties: { from: { ...number, default: 1 }, following: { type: 'boolean', default: false } },
} as const;
const jobQuery = {
  type: 'object',
  properties: {
    line: number,
    from: number,
    find: { type: 'string', maxLength: 200 },
    level: { type: 'string', enum: levels },
    outcome: { type: 'string', maxLength: 80 },
    row: { type: 'integer', minimum: 0 },
  },
} as const;

export function registerJobPages(app: FastifyInstance, services: Services) {
  const { jobs, catalogue, untilStored } = services;
  const renderList = createListRenderer(app, services);

  app.get<Listed>(
    '/jobs',
    { config: { isPage: true }, schema: { querystring: listQuery } },
    async (request, reply) => {
      const state = readList(services, request.query);
      if (!state.isCanonical) return reply.redirect(listUrl(state.own));
      const { html, ...list } = await renderList(state);
      const { operations } = searchContext(services);
      const title = state.filter.operation ? `Jobs, ${state.filter.operation}` : 'Jobs';
      return sendPage(services, request, reply, {
        name: 'jobs',
        title,
        section: 'jobs',
        script: 'jobs.js',
        data: { list, operations, rendered: html },
      });
    },
  );

  /** The inside of the list's host. */
  app.get<Listed>('/ui/jobs', { schema: { querystring: listQuery } }, async (request, reply) => {
    const { html } = await renderList(readList(services, request.query));
    return reply.type('text/html; charset=utf-8').send(html);
  });

  /** How many jobs that fit have come above a number. */
  app.get<{ Querystring: ListQuery & { above: number } }>(
    '/ui/jobs/news',
    { schema: { querystring: { ...listQuery, required: ['above'] } } },
    async (request, reply) => {
      const { filter, own } = readList(services, request.query);
      const range = { above: request.query.above, upTo: services.listing.newestNumber() };
      const { numbers, hasMore, lookedTo } = await services.listing.numbers(filter, range, mostNews);
      return reply.view('components/job-news', {
        jobs: numbers.length,
        hasMore: hasMore || lookedTo !== null,
        url: listUrl(own),
        w: words,
      });
    },
  );

  app.get(jobChangesCard.path, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return renderCard(app, jobChangesCard, services);
  });

  app.get<Numbered & { Querystring: JobQuery }>(
    '/jobs/:number',
    { config: { isPage: true }, schema: { querystring: jobQuery } },
    async (request, reply) => {
      const job = jobs.find(request.params.number);
      const view = viewJob(services, job);
      const card = await loadCard(jobCard(job.number), services);
      const log = await viewLog(services, job, request.query);
      const rows = viewRows(services, job, request.query);
      const copies = viewCopies(services, job, `${request.protocol}://${request.headers.host}`);
      const title = `${view.title} #${job.number}`;
      const data = { job: view, card, log, rows, copies };
      return sendPage(services, request, reply, {
        name: 'job',
        title,
        section: 'jobs',
        script: 'job.js',
        data,
      });
    },
  );

  app.get<Numbered & { Querystring: { from: number; following: boolean } }>(
    '/ui/jobs/:number/log',
    { schema: { querystring: moreLines } },
    async (request, reply) => {
      const { from, following } = request.query;
      const lines = await viewLines(services, jobs.find(request.params.number), from, following);
      return reply.header('x-log-lines', lines.total).view('components/log-lines', lines);
    },
  );

  /** The inside of the rows' host. */
  app.get<Numbered & { Querystring: RowsQuery }>(
    '/ui/jobs/:number/rows',
    { schema: { querystring: jobQuery } },
    (request, reply) => {
      const rows = viewRows(services, jobs.find(request.params.number), request.query);
      return reply.view('components/job-rows', { rows, w: words });
    },
  );

  app.get<Numbered>('/ui/jobs/:number/rows/news', async (request, reply) => {
    const job = jobs.find(request.params.number);
    reply.type('text/html; charset=utf-8');
    return renderCard(app, rowsCard(job.number), services);
  });

  app.get<Numbered>('/ui/jobs/:number/log/size', async (request, reply) => {
    const job = jobs.find(request.params.number);
    reply.type('text/html; charset=utf-8');
    return renderCard(app, logCard(job.number), services);
  });

  app.get<Numbered>('/ui/jobs/:number/log/levels', async (request) =>
    countLevels(services, jobs.find(request.params.number)),
  );

  app.get<Numbered>('/jobs/:number/log.txt', (request, reply) => {
    const job = jobs.find(request.params.number);
    const name = `${job.operation}-${job.number}.log`;
    reply.type('text/plain; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
    return reply.send(wholeLog(services, job));
  });

  app.get<Numbered>('/ui/jobs/:number/card', async (request, reply) => {
    const job = jobs.find(request.params.number);
    reply.type('text/html; charset=utf-8');
    return renderCard(app, jobCard(job.number), services);
  });

  app.get<Numbered>('/ui/jobs/:number/notice', (request, reply) => {
    const notice = endNotice(services, jobs.find(request.params.number));
    return notice ? reply.send(notice) : reply.code(204).send();
  });

  app.get<Numbered>('/ui/jobs/:number/cancel', { config: { isPage: true } }, (request, reply) =>
    sendCancelDialog(services, request, reply, jobs.find(request.params.number)),
  );

  app.post<Numbered>('/ui/jobs/:number/cancel', async (request, reply) => {
    const job = await untilStored(() => jobs.cancel(request.params.number, requester(request)));
    const isOver = job.status === 'cancelled';
    return answerAction(app, services, request, reply, {
      notice: {
        tone: 'ok',
        title: `${catalogue.find(job.operation)?.title ?? job.operation} #${job.number} ${isOver ? 'cancelled' : 'is being cancelled'}.`,
        text: isOver ? 'It had not started.' : 'It ends when none of its processes is left.',
      },
      redirect: `/jobs/${job.number}`,
      hosts: ['ops-jobs-card', `job-${job.number}-card`],
    });
  });

  app.get<Numbered>('/ui/jobs/:number/retry', { config: { isPage: true } }, (request, reply) => {
    const job = jobs.find(request.params.number);
    const operation = catalogue.get(job.operation);
    return sendDialog(services, request, reply, { operation, args: job.args, retryOf: job });
  });

  app.post<Numbered & { Body: Form | null }>(
    '/ui/jobs/:number/retry',
    { schema: { body: formBody } },
    (request, reply) => {
      const form = request.body ?? {};
      const retry = () =>
        untilStored(() => jobs.retry(request.params.number, readRun(form), requester(request)));
      return runFromForm(app, services, request, reply, retry, (error) => {
        const job = jobs.find(request.params.number);
        const operation = catalogue.get(job.operation);
        return {
          operation,
          args: job.args,
          retryOf: job,
          reason: form.reason,
          confirm: form.confirm,
          key: form.key,
          error,
        };
      });
    },
  );
}
