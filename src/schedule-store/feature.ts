// The store of schedules and of what became of their due times.
import type { Feature } from '../web/feature.ts';

export const scheduleStore: Feature = {
  name: 'schedule-store',
  create: () => ({}),
};
