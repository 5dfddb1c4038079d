// Names the schedules whose due time was missed and not made up, or refused, whose last run failed, or which cannot start their
// operation. It reads what is stored, and never decides a due time.
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { problemOf } from './schedule-problem.ts';
import type { ScheduleJobs } from './schedule-jobs-repository.ts';

type Sources = Parameters<typeof problemOf>[0] & {
  schedules: Pick<ScheduleRepository, 'all' | 'openMiss' | 'lastTick'>;
  scheduleJobs: Pick<ScheduleJobs, 'lastCreated' | 'lastJudged' | 'hasLaterSuccess'>;
};

export const schedulesHead = { id: 'schedules', component: 'schedules', title: 'Schedules' };

export function schedulesCheck(sources: Sources): Check {
  return {
    ...schedulesHead,
    everySec: 60,
    dirtyOn: ['schedules', 'job', 'operations'],
    look() {
      const on = sources.schedules.all().filter(({ is_on: isOn }) => isOn);
      const found = on.flatMap((schedule) => {
        const problem = problemOf(sources, schedule);
        return [
          problem === null ? findRefusal(sources, schedule) : findProblem(schedule, problem),
          findMiss(sources, schedule),
          findFailure(sources, schedule),
        ];
      });
      return { says: `${plural(on.length, 'schedule')} on`, found: found.filter((one) => one !== null) };
    },
  };
}

function findProblem(schedule: Schedule, problem: string): Found {
  const { name } = schedule;
  return {
    ...aboutSchedule('unable', schedule),
    severity: 'error',
    title: `The schedule ${name} cannot run`,
    text: problem,
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
function findRefusal({ schedules, scheduleJobs }: Sources, schedule: Schedule): Found | null {
  const { name } = schedule;
  const last = schedules.lastTick(name);
  if (last?.outcome !== 'refused' || last.code === 'maintenance') return null;
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
function findFailure({ catalogue, scheduleJobs }: Sources, { name }: Schedule): Found | null {
  const last = scheduleJobs.lastJudged(name);
  if (last?.status !== 'failed' || scheduleJobs.hasLaterSuccess(last)) return null;
  const { number, operation, failure } = last;
  return {
    subject: `failed:${name}`,
    component: `job:${operation}`,
    severity: 'error',
    title: `${catalogue.find(operation)?.title ?? operation}: the last scheduled run failed`,
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
