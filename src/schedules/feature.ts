// Schedules: they start operations at the due times of a cron rule.
import type { Feature } from '../web/feature.ts';

export const schedules: Feature = {
  name: 'schedules',
  create: () => ({}),
};
