// The page of schedules: a search, and the list, which is fetched again when a schedule changes and each minute.
import type { FastifyInstance } from 'fastify';
import { objectSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import type { SchedulesContext } from '../parts.ts';
import { type ListQuery, viewList } from './schedules-list.ts';

export const schedulesPage: Page = {
  path: '/schedules',
  api: '/api/v1/schedules',
  cards: ['schedules'],
  reloads: true,
  examples: ['/schedules', '/schedules?q=nothing-has-this'],
};

type Listed = { Querystring: ListQuery };

const schema = {
  querystring: objectSchema({
    q: { type: 'string', maxLength: 100 },
    page: { type: 'integer', minimum: 1, maximum: 1000 },
  }),
};

export function registerSchedulesPage(app: FastifyInstance, ctx: SchedulesContext) {
  app.get<Listed>(schedulesPage.path, { config: { isPage: true }, schema }, async (request, reply) =>
    reply.sendPage({
      template: 'schedules/schedules-page',
      title: 'Schedules',
      section: '/jobs',
      data: { list: await viewList(ctx, request.query), role: identityOf(request).role },
    }),
  );

  /** The content of the list's host, with the sentence of the heading. */
  app.get<Listed>('/ui/schedules', { schema }, async (request, reply) =>
    reply.view('schedules/list-part', {
      list: await viewList(ctx, request.query),
      role: identityOf(request).role,
    }),
  );
}
