// The view model of a schedule: its sentence, its last run, its next time, and where its buttons lead. It uses stored data and
// the next due time, which changes only when a due time is decided.
import { AppError } from '../../core/errors.ts';
import type { Operation } from '../../core/operation.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import { viewJob } from '../../jobs/job-view.ts';
import { leastRoleToOffer } from '../../jobs/refusals.ts';
import { describeWhen } from '../../schedule-store/describe-when.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { problemOf } from '../schedule-problem.ts';
import { describeHeldBack } from '../held-back.ts';
import { describeRemovedJob, findLastRun, isByHand, type Run } from '../schedule-runs.ts';
import { momentOf, otherZone } from '../../schedule-store/moment.ts';
import { badgeOfRun } from './badges.ts';
import type { SchedulesContext } from '../parts.ts';

export function viewSchedule(ctx: SchedulesContext, schedule: Schedule) {
  const { name, zone, is_on: isOn } = schedule;
  const operation = ctx.catalogue.find(schedule.operation);
  const next = ctx.nextRuns.after(schedule);
  const { run, since } = findLastRun(ctx, name);
  return {
    name,
    href: url(`/schedules/${name}`),
    title: operation?.title ?? schedule.operation,
    subject: operation ? describeSubject(ctx, operation, schedule) : '',
    when: describeWhen(schedule),
    /** The zone, if it is not that of the machine. */
    zone: otherZone(zone),
    isOn,
    changedAt: schedule.changed_at,
    changedBy: schedule.changed_by,
    last: viewLastRun(ctx, run),
    /** A newer time that was not run. */
    since: viewLastRun(ctx, { tick: since, job: null }),
    next: next && momentOf(zone, new Date(next.at)),
    heldBack: next && describeHeldBack(ctx, schedule, next.at),
    problem: problemOf(ctx, schedule),
    /** Null while the operation is gone. */
    run: operation && viewRun(ctx, operation, schedule),
    switchUrl: url(`/ui/schedules/${name}/switch`),
    removeUrl: url(`/ui/schedules/${name}/remove`),
  };
}

/** `why`: the reason of a due time that was not run, or the outcome of the job. */
function viewLastRun(ctx: SchedulesContext, { tick, job }: Run) {
  if (!tick && !job) return null;
  const shown = job && viewJob(ctx, job);
  const outcome = shown && job?.status !== 'succeeded' ? shown.outcome : null;
  const why = [tick?.why, outcome, describeRemovedJob(tick, job)];
  return {
    badge: badgeOfRun({ tick, job }),
    job: job?.number ?? null,
    isByHand: job !== null && isByHand(job),
    at: job ? (job.started_at ?? job.created_at) : (tick?.due_at ?? ''),
    why: shorten(why.filter(Boolean).join(' ')),
    took: shown?.took ?? null,
  };
}

function viewRun(
  { libraryState, scheduleJobs }: SchedulesContext,
  operation: Operation,
  { name, args }: Schedule,
) {
  return {
    needsDialog: operation.danger(args) !== 'safe',
    needs: leastRoleToOffer(operation, args, libraryState),
    url: url(`/ui/schedules/${name}/run`),
    /** A repeated form finds the run that the first one has started. */
    key: `after-${scheduleJobs.newestNumber(name)}`,
  };
}

function describeSubject(
  { readArguments }: SchedulesContext,
  operation: Operation,
  { args }: Schedule,
): string {
  try {
    return shorten(operation.subject(readArguments(operation, args)));
  } catch (error) {
    if (error instanceof AppError) return '';
    throw error;
  }
}
