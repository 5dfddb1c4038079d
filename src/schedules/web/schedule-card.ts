import { viewJob } from '../../jobs/job-view.ts';
import { readStoredCron } from '../../schedule-store/next-runs.ts';
import type { Tick } from '../../schedule-store/schedule.ts';
import type { RecordCard } from '../../web/card.ts';
import { describeClockChanges } from '../clock-changes.ts';
import { momentOf, otherZone } from '../../schedule-store/moment.ts';
import { lowerFirst } from '../../core/format.ts';
import { describeRemovedJob } from '../schedule-runs.ts';
import { badgeOfRun } from './badges.ts';
import type { SchedulesContext } from '../parts.ts';
import { viewSchedule } from './schedule-view.ts';
import { findSchedule } from './find-schedule.ts';

const shownTicks = 10;
const nextCount = 5;

/** One schedule: its state, its buttons, its next five times, and what became of the last ones. */
export const scheduleCard = (ctx: SchedulesContext): RecordCard => ({
  name: 'schedule',
  host: 'schedule-:name-card',
  path: '/ui/schedules/:name/card',
  dirtyOn: ['schedules', 'job', 'operations', 'maintenance'],
  exists: (name) => ctx.schedules.find(name) !== null,
  load(name) {
    const stored = findSchedule(ctx, name);
    const ticks = ctx.schedules.ticks(name, { limit: shownTicks + 1 });
    return {
      schedule: viewSchedule(ctx, stored),
      ...viewNextTimes(stored, ctx.now()),
      ticks: ticks.slice(0, shownTicks).map((tick) => viewTick(ctx, tick, stored.zone)),
      hasMore: ticks.length > shownTicks,
    };
  },
});

/** The next five times, and what becomes of those at which the clock of its zone changes. */
export function viewNextTimes({ cron, zone }: { cron: string; zone: string }, now: Date) {
  const rule = readStoredCron(cron, zone);
  if (!rule) return { times: [], clockChanges: [] };
  const other = otherZone(zone);
  return {
    times: rule.nextTimes(now, nextCount).map((at) => momentOf(zone, at, { isFull: true })),
    clockChanges: describeClockChanges(rule, zone, now)
      .filter(({ isAffected }) => isAffected)
      .map(({ text }) => ({ text: other ? `In ${other}, ${lowerFirst(text)}` : text })),
  };
}

/** A due time, what became of it, and its job. */
export function viewTick(ctx: SchedulesContext, tick: Tick, zone: string) {
  const job = tick.job === null ? null : ctx.repository.find(String(tick.job));
  const shown = job && viewJob(ctx, job);
  const outcome = shown && job?.status !== 'succeeded' ? shown.outcome : null;
  const why = [tick.why, outcome, describeRemovedJob(tick, job)];
  return {
    due: momentOf(zone, new Date(tick.due_at)),
    badge: badgeOfRun({ tick, job }),
    job: job?.number ?? null,
    why: why.filter(Boolean).join(' '),
    took: shown?.took ?? null,
  };
}
