// The store of schedules and of what became of their due times.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createNextRuns, cronRules } from './next-runs.ts';
import { createScheduleRepository } from './schedule-repository.ts';
import { cronWords, zoneOffsets, zones } from './time-caches.ts';

export const scheduleStore: Feature<ReturnType<typeof createParts>> = {
  name: 'schedule-store',
  create: createParts,
};

function createParts({ ops, caches, now }: Context) {
  caches.add(cronRules, cronWords, zoneOffsets, zones);
  const schedules = createScheduleRepository(ops);
  return { schedules, nextRuns: createNextRuns({ schedules, now }) };
}
