// The store of schedules and of what became of their due times.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createNextRuns } from './next-runs.ts';
import { createScheduleRepository } from './schedule-repository.ts';

export const scheduleStore: Feature<ReturnType<typeof createParts>> = {
  name: 'schedule-store',
  create: createParts,
};

function createParts({ ops, now }: Context) {
  const schedules = createScheduleRepository(ops);
  return { schedules, nextRuns: createNextRuns({ schedules, now }) };
}
