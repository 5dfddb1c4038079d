// Schedules: they start operations at the due times of a cron rule.
import type { Feature } from '../web/feature.ts';
import { createScheduleParts } from './parts.ts';
import { registerScheduleRoutes, scheduleCards, schedulePages } from './web/routes.ts';
import { nextFact } from './next-fact.ts';
import { schedulesCheck } from './schedules-check.ts';
import { seedSchedules } from './seeds.ts';

export const schedules: Feature<ReturnType<typeof createScheduleParts>> = {
  name: 'schedules',
  pages: schedulePages,
  create: createScheduleParts,
  routes: registerScheduleRoutes,
  cards: scheduleCards,
  lifecycle: (ctx) => ({
    async start() {
      await seedSchedules(ctx).catch((error) => {
        ctx.log.error({ err: error }, 'the suggested schedules could not be added');
      });
      ctx.ticker.start();
      void ctx.tickRetention.start();
    },
    async stop() {
      await Promise.all([ctx.ticker.stop(), ctx.tickRetention.stop()]);
    },
  }),
  checks: (ctx) => [schedulesCheck(ctx)],
  outlook: (ctx) => [nextFact(ctx)],
};
