// The job list: its page, the content that reloads, and the number of newer jobs.
import type { FastifyInstance } from 'fastify';
import { describeBriefly } from '../../schedule-store/describe-all.ts';
import type { JobContext } from '../parts.ts';
import { type ListQuery, readList, searchContext } from '../job-query.ts';
import { identityOf } from '../../web/identify.ts';
import { createListRenderer, listUrl } from './job-list.ts';

type Listed = { Querystring: ListQuery };

const number = { type: 'integer', minimum: 1 } as const;
const text = { type: 'string', maxLength: 500 } as const;
const listQuery = {
  type: 'object',
  properties: { status: text, operation: text, q: text, before: number, after: number, above: number },
} as const;
/** Newer jobs are counted up to this number. */
const newJobsMax = 1000;

export function registerListPages(app: FastifyInstance, ctx: JobContext) {
  const renderList = createListRenderer(app, ctx);

  app.get<Listed>(
    '/jobs',
    { config: { isPage: true }, schema: { querystring: listQuery } },
    async (request, reply) => {
      const context = searchContext(ctx);
      const state = readList(context, request.query);
      if (!state.isCanonical) return reply.redirect(listUrl(state.query));
      const { html, ...list } = await renderList(state, identityOf(request).role);
      return reply.sendPage({
        template: 'jobs/list-page',
        title: state.filter.operation ? `Jobs, ${state.filter.operation}` : 'Jobs',
        section: '/jobs',
        script: 'jobs.js',
        isLight: true,
        data: {
          list,
          operations: context.operations,
          rendered: html,
          schedules: describeBriefly(ctx.schedules.all(), ctx.nextRuns, ctx.now()),
        },
      });
    },
  );

  /** The content of the list's host. */
  app.get<Listed>('/ui/jobs', { schema: { querystring: listQuery } }, async (request, reply) => {
    const { html } = await renderList(readList(searchContext(ctx), request.query), identityOf(request).role);
    return reply.type('text/html; charset=utf-8').send(html);
  });

  /** The number of matching jobs above a job number. */
  app.get<{ Querystring: ListQuery & { above: number } }>(
    '/ui/jobs/news',
    { schema: { querystring: { ...listQuery, required: ['above'] } } },
    async (request, reply) => {
      const { filter, query } = readList(searchContext(ctx), request.query);
      const range = { above: request.query.above, upTo: ctx.listing.newestNumber() };
      const { numbers, hasMore, lookedTo } = await ctx.listing.numbers(filter, range, newJobsMax);
      return reply.view('jobs/newer-jobs', {
        jobs: numbers.length,
        hasMore: hasMore || lookedTo !== null,
        href: listUrl(query),
      });
    },
  );
}
