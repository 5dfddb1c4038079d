// Schedules: they start operations at the due times of a cron rule.
import type { Feature } from '../web/feature.ts';
import { createScheduleParts } from './parts.ts';
import { registerScheduleRoutes, scheduleCards, schedulePages } from './web/routes.ts';

export const schedules: Feature<ReturnType<typeof createScheduleParts>> = {
  name: 'schedules',
  pages: schedulePages,
  create: createScheduleParts,
  routes: registerScheduleRoutes,
  cards: scheduleCards,
};
