// The page of all schedules: the timeline, which is fetched again when a schedule changes and each minute, and the table.
import type { FastifyInstance } from 'fastify';
import { describeSchedules } from '../../schedule-store/describe-all.ts';
import type { Page } from '../../web/feature.ts';
import type { SchedulesContext } from '../parts.ts';
import { viewTimeline } from './timeline-view.ts';

export const schedulesPage: Page = {
  path: '/schedules',
  api: '/api/v1/schedules',
  cards: ['schedules'],
  examples: ['/schedules'],
};

export function registerSchedulesPage(app: FastifyInstance, ctx: SchedulesContext) {
  const load = async () => ({
    timeline: await viewTimeline(ctx),
    sentence: describeSchedules(ctx.schedules.all(), ctx.nextRuns, ctx.now()),
  });

  app.get(schedulesPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'schedules/schedules-page',
      title: 'Schedules',
      section: '/jobs',
      data: { ...(await load()), card: await request.loadCard('schedules') },
    }),
  );

  /** The timeline, with the sentence of the heading. */
  app.get('/ui/schedules/timeline', async (_request, reply) =>
    reply.view('schedules/timeline-part', await load()),
  );
}
