// Names the schedules whose due time was missed and not made up, or refused, whose last run failed, or which cannot start their
// operation. It reads what is stored, and never decides a due time.
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { isHeldBack } from './obstacle.ts';
import type { ScheduleJobs } from './schedule-jobs-repository.ts';

type Sources = {
  schedules: Pick<ScheduleRepository, 'all' | 'openMiss' | 'lastTick'>;
  scheduleJobs: Pick<ScheduleJobs, 'lastCreated' | 'lastJudged' | 'hasLaterSuccess'>;
  /** The title of an operation; null if there is none of this name. */
  titleOf: (operation: string) => string | null;
};

export const schedulesHead = { id: 'schedules', component: 'schedules', title: 'Schedules' };

export function schedulesCheck(sources: Sources): Check {
  return {
    ...schedulesHead,
    everySec: 60,
    dirtyOn: ['schedules', 'job', 'operations'],
    look() {
      const on = sources.schedules.all().filter(({ is_on: isOn }) => isOn);
      const found = on.flatMap((schedule) => [
        findObstacle(sources, schedule),
        findMiss(sources, schedule),
        findRefusal(sources, schedule),
        findFailure(sources, schedule),
      ]);
      return { says: `${plural(on.length, 'schedule')} on`, found: found.filter((one) => one !== null) };
    },
  };
}

function findObstacle({ titleOf }: Sources, schedule: Schedule): Found | null {
  const { name, operation, cron, zone } = schedule;
  const isGone = titleOf(operation) === null;
  if (!isGone && readStoredCron(cron, zone)) return null;
  return {
    ...aboutSchedule('unable', schedule),
    severity: 'error',
    title: isGone
      ? `The schedule ${name} has no operation to start`
      : `The rule of the schedule ${name} cannot be read`,
    text: isGone
      ? `There is no operation ${operation} any more. Choose another one, or remove the schedule.`
      : `This machine does not know the time zone ${zone}. Choose another one.`,
    stops: [`runs of ${name}`],
  };
}

/** A run by hand makes up for it, too. */
function findMiss({ schedules, scheduleJobs }: Sources, schedule: Schedule): Found | null {
  const { name } = schedule;
  const missed = schedules.openMiss(name);
  if (missed === null || (scheduleJobs.lastCreated(name) ?? '') > missed) return null;
  return {
    ...aboutSchedule('missed', schedule),
    severity: 'warning',
    title: `A due time of the schedule ${name} was missed`,
    text: 'It was not made up. Its next run clears this; run it now if it cannot wait.',
    stops: [],
    since: missed,
  };
}

/** A window ends by itself, so its refusals are no trouble. A run by hand clears the finding, and so does the next run. */
function findRefusal({ schedules, scheduleJobs, titleOf }: Sources, schedule: Schedule): Found | null {
  const { name } = schedule;
  const last = schedules.lastTick(name);
  if (last?.outcome !== 'refused' || isHeldBack(last) || titleOf(schedule.operation) === null) return null;
  if ((scheduleJobs.lastCreated(name) ?? '') > last.decided_at) return null;
  return {
    ...aboutSchedule('refused', schedule),
    severity: 'error',
    title: `The last run of the schedule ${name} was refused`,
    text: last.why ?? '',
    stops: [`runs of ${name}`],
    since: last.due_at,
  };
}

/** A later success with the same arguments, by whomever, clears it. */
function findFailure({ scheduleJobs, titleOf }: Sources, { name }: Schedule): Found | null {
  const last = scheduleJobs.lastJudged(name);
  if (last?.status !== 'failed' || scheduleJobs.hasLaterSuccess(last)) return null;
  const { number, operation, failure } = last;
  return {
    subject: `failed:${name}`,
    component: `job:${operation}`,
    severity: 'error',
    title: `${titleOf(operation) ?? operation}: the last scheduled run failed`,
    text: `#${number} by the schedule ${name}. ${failure?.message ?? ''}`.trim(),
    stops: [`runs of ${name}`],
    since: last.finished_at ?? last.created_at,
    fix: { href: url(`/jobs/${number}`), label: 'Open the job' },
  };
}

function aboutSchedule(kind: string, { name }: Schedule) {
  return {
    subject: `${kind}:${name}`,
    component: `schedule:${name}`,
    fix: { href: url(`/schedules/${name}`), label: 'Open the schedule' },
  };
}
