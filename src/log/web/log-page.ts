// The log page: a form of filters, and the lines that match, newest first. The page of the newest lines is live.
import type { FastifyInstance } from 'fastify';
import { idSchema, objectSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import { filterNames, readFilter } from '../log-filter.ts';
import type { LogContext } from '../parts.ts';
import type { PageQuery } from './log-url.ts';
import { viewLog } from './log-view.ts';

export const logPage: Page = {
  path: '/log',
  api: '/api/v1/log',
  cards: ['log-state', 'log-newest'],
  examples: ['/log', '/log?level=error&text=no-line-says-this', '/log?since=never'],
};

const text = { type: 'string', maxLength: 500 } as const;
const query = objectSchema({
  ...Object.fromEntries(filterNames.map((name) => [name, text])),
  before: idSchema,
  after: idSchema,
});
const schema = { querystring: query };

export function registerLogPage(app: FastifyInstance, ctx: LogContext) {
  app.get<{ Querystring: PageQuery }>(
    logPage.path,
    { config: { isPage: true }, schema },
    async (request, reply) => {
      const filtered = readFilter(request.query, ctx.now());
      const log = await viewLog(ctx, request.query, filtered);
      if (filtered.problems.length > 0) reply.code(422);
      const state = await request.loadCard('log-state');
      return reply.sendPage({
        template: 'log/log-page',
        title: 'Log',
        section: '/activity',
        data: { log, state },
      });
    },
  );

  /** The content of the list's host. */
  app.get<{ Querystring: PageQuery }>('/ui/log/list', { schema }, async (request, reply) => {
    const log = await viewLog(ctx, request.query, readFilter(request.query, ctx.now()));
    return reply.view('log/lines', { log });
  });
}
