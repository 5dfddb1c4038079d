// The list of jobs: the page, its inside, and how many jobs have come since.
import type { FastifyInstance } from 'fastify';
import { templateFormat } from '../../web/template-format.ts';
import type { JobContext } from '../parts.ts';
import { createListRenderer, type ListQuery, listUrl, readList, searchContext } from './job-list.ts';

type Listed = { Querystring: ListQuery };

const number = { type: 'integer', minimum: 1 } as const;
const text = { type: 'string', maxLength: 500 } as const;
const listQuery = {
  type: 'object',
  properties: { status: text, operation: text, q: text, before: number, after: number, above: number },
} as const;
/** More new jobs than these are not counted. */
const newJobsMax = 1000;

export function registerListPages(app: FastifyInstance, ctx: JobContext) {
  const renderList = createListRenderer(app, ctx);

  app.get<Listed>(
    '/jobs',
    { config: { isPage: true }, schema: { querystring: listQuery } },
    async (request, reply) => {
      const state = readList(ctx, request.query);
      if (!state.isCanonical) return reply.redirect(listUrl(state.own));
      const { html, ...list } = await renderList(state);
      const { operations } = searchContext(ctx);
      return reply.sendPage({
        template: 'jobs/list-page',
        title: state.filter.operation ? `Jobs, ${state.filter.operation}` : 'Jobs',
        section: '/jobs',
        script: 'jobs.js',
        data: { list, operations, rendered: html },
      });
    },
  );

  /** The inside of the list's host. */
  app.get<Listed>('/ui/jobs', { schema: { querystring: listQuery } }, async (request, reply) => {
    const { html } = await renderList(readList(ctx, request.query));
    return reply.type('text/html; charset=utf-8').send(html);
  });

  /** How many matching jobs have come above a number. */
  app.get<{ Querystring: ListQuery & { above: number } }>(
    '/ui/jobs/news',
    { schema: { querystring: { ...listQuery, required: ['above'] } } },
    async (request, reply) => {
      const { filter, own } = readList(ctx, request.query);
      const range = { above: request.query.above, upTo: ctx.listing.newestNumber() };
      const { numbers, hasMore, lookedTo } = await ctx.listing.numbers(filter, range, newJobsMax);
      return reply.view('jobs/job-news', {
        jobs: numbers.length,
        hasMore: hasMore || lookedTo !== null,
        href: listUrl(own),
        w: templateFormat,
      });
    },
  );
}
