// The pages, cards and routes of schedules.
import type { FastifyInstance } from 'fastify';
import type { Card } from '../../web/card.ts';
import type { Page } from '../../web/feature.ts';
import { scheduleCard } from './schedule-card.ts';
import { registerScheduleButtons } from './schedule-buttons.ts';
import type { SchedulesContext } from '../parts.ts';
import { registerScheduleForms } from './schedule-forms.ts';
import { newSchedulePage, registerSchedulePages, schedulePage, timesPage } from './schedule-pages.ts';
import { schedulesCard } from './schedules-card.ts';
import { registerSchedulesApi } from './schedules-api.ts';
import { registerSchedulesPage, schedulesPage } from './schedules-page.ts';

export const schedulePages: Page[] = [schedulesPage, newSchedulePage, schedulePage, timesPage];

export const scheduleCards = (ctx: SchedulesContext): Card[] => [schedulesCard(ctx), scheduleCard(ctx)];

export function registerScheduleRoutes(app: FastifyInstance, ctx: SchedulesContext) {
  registerSchedulesPage(app, ctx);
  registerSchedulePages(app, ctx);
  registerScheduleForms(app, ctx);
  registerScheduleButtons(app, ctx);
  registerSchedulesApi(app, ctx);
}
