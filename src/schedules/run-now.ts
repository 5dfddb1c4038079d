// Starts the operation of a schedule at once.
import { auditRefusal, type Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { RetryRequest } from '../jobs/run-request.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { operationGone, scheduleActions, scheduleTarget, unknownSchedule } from './actions.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'catalogue'> & {
  schedules: Pick<ScheduleRepository, 'find'>;
  jobs: Pick<Jobs, 'submit'>;
};

/** Also while the schedule is off; a destructive run is confirmed again. The function throws `not_found`, `wrong_state` without
 *  its operation, and what `jobs.submit` throws. */
export function createRunNow({ audit, bus, catalogue, schedules, jobs }: Given) {
  return async (name: string, by: Requester, fields: RetryRequest = {}): Promise<Job> => {
    const { name: event, refused } = scheduleActions.run;
    const target = scheduleTarget(name);
    const { operation, args } = auditRefusal(audit, { event: refused, by, target }, () => {
      const schedule = schedules.find(name);
      if (!schedule) throw unknownSchedule(name);
      if (!catalogue.find(schedule.operation)) throw operationGone(schedule.operation);
      return schedule;
    });
    const reason = fields.reason ?? null;
    const job = await jobs.submit({ ...fields, operation, args, schedule: name }, by, ({ number }) =>
      audit.record({ event, outcome: 'ok', by, target, reason, detail: { job: number } }),
    );
    bus.emit('schedules');
    return job;
  };
}
