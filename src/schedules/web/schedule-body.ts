// A schedule and its due times as the API gives them.
import { anyObjectSchema, listSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { describeWhen } from '../../schedule-store/describe-when.ts';
import { readStoredCron } from '../../schedule-store/next-runs.ts';
import { type Schedule, type Tick, tickOutcomes } from '../../schedule-store/schedule.ts';
import { problemOf } from '../schedule-problem.ts';
import type { SchedulesContext } from '../parts.ts';

const nextCount = 5;

const tickSchema = objectSchema({
  schedule: textSchema,
  due_at: textSchema,
  outcome: { type: 'string', enum: tickOutcomes },
  why: nullable('string'),
  code: nullable('string'),
  job: nullable('integer'),
  decided_at: textSchema,
});

export const ticksSchema = listSchema(tickSchema);

export const scheduleSchema = objectSchema({
  name: textSchema,
  operation: textSchema,
  args: anyObjectSchema,
  reason: nullable('string'),
  cron: textSchema,
  zone: textSchema,
  is_on: { type: 'boolean' },
  missed: { type: 'string', enum: ['skip', 'once'] },
  overlap: { type: 'string', enum: ['skip', 'wait'] },
  created_by: textSchema,
  created_at: textSchema,
  changed_by: textSchema,
  changed_at: textSchema,
  sentence: textSchema,
  next_at: nullable('string'),
  next: { type: 'array', items: textSchema },
  last: { ...tickSchema, type: ['object', 'null'] },
  problem: nullable('string'),
});

export const scheduleListSchema = listSchema(scheduleSchema);

/** The word of a destructive operation is kept to itself. `next`: the next five times, also of a schedule that is off. */
export function scheduleBody(ctx: SchedulesContext, schedule: Schedule) {
  const { due_since: _, confirm: __, ...stored } = schedule;
  const rule = readStoredCron(stored.cron, stored.zone);
  return {
    ...stored,
    sentence: describeWhen(schedule),
    next_at: ctx.nextRuns.after(schedule)?.at ?? null,
    next: rule ? rule.nextTimes(ctx.now(), nextCount).map((at) => at.toISOString()) : [],
    last: ctx.schedules.lastTick(stored.name) as Tick | null,
    problem: problemOf(ctx, schedule),
  };
}
