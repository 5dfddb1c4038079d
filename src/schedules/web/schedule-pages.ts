// The pages of one schedule, of a new one, and of its due times.
import type { FastifyInstance } from 'fastify';
import { closedSchema, timeSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { type Form, lastValues } from '../../web/validation.ts';
import { findSchedule } from './find-schedule.ts';
import { viewForm } from './form-view.ts';
import { viewTick } from './schedule-card.ts';
import type { SchedulesContext } from '../parts.ts';
import { formOf, newForm } from './schedule-form.ts';
import { sendNewPage, sendSchedulePage } from './send-form.ts';

type Named = { Params: { name: string } };
type Paged = Named & { Querystring: { before?: string } };

const ticksPerPage = 50;

export const newSchedulePage: Page = {
  path: '/schedules/new',
  cards: [],
  examples: ['/schedules/new', '/schedules/new?operation=import'],
};

export const schedulePage: Page = {
  path: '/schedules/:name',
  api: '/api/v1/schedules/:name',
  cards: ['schedule'],
  examples: [],
};

export const timesPage: Page = {
  path: '/schedules/:name/times',
  api: '/api/v1/schedules/:name/ticks',
  cards: [],
  examples: [],
};

export function registerSchedulePages(app: FastifyInstance, ctx: SchedulesContext) {
  app.get<{ Querystring: Form }>(newSchedulePage.path, { config: { isPage: true } }, (request, reply) =>
    sendNewPage(reply, viewForm(ctx, { stored: null, form: newForm(lastValues(request.query)) })),
  );

  app.get<Named>(schedulePage.path, { config: { isPage: true } }, (request, reply) => {
    const stored = findSchedule(ctx, request.params.name);
    return sendSchedulePage(reply, viewForm(ctx, { stored, form: formOf(stored) }));
  });

  app.get<Paged>(
    timesPage.path,
    { config: { isPage: true }, schema: { querystring: closedSchema({ before: timeSchema }) } },
    (request, reply) => {
      const { before } = request.query;
      const { name, zone } = findSchedule(ctx, request.params.name);
      const found = ctx.schedules.ticks(name, {
        limit: ticksPerPage + 1,
        ...(before ? { before } : {}),
      });
      const ticks = found.slice(0, ticksPerPage);
      const last = ticks.at(-1);
      const hasMore = found.length > ticksPerPage;
      return reply.sendPage({
        template: 'schedules/times-page',
        title: `Times of ${name}`,
        section: '/jobs',
        data: {
          name,
          ticks: ticks.map((tick) => viewTick(ctx, tick, zone)),
          isFirst: !before,
          older: hasMore && last ? url(`/schedules/${name}/times`, { before: last.due_at }) : null,
        },
      });
    },
  );
}
