// Schedules: they start operations at the due times of a cron rule.
import type { Feature } from '../web/feature.ts';
import { createScheduleParts } from './parts.ts';

export const schedules: Feature<ReturnType<typeof createScheduleParts>> = {
  name: 'schedules',
  create: createScheduleParts,
};
