// Adds, changes, switches, removes and runs schedules. Each change and each refusal leaves an audit row, a change with the
// schedule before and after.
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertUnchanged } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import type { Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { RetryRequest } from '../jobs/run-request.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { scheduleActions, scheduleTarget } from './actions.ts';
import { type GivenSchedule, readSchedule } from './read-schedule.ts';
import { editsOf, type ScheduleTexts } from './schedule-texts.ts';

export const maxSchedules = 100;

export type ScheduleEdits = ReturnType<typeof createScheduleEdits>;

type Given = Pick<Kernel, 'audit' | 'bus' | 'catalogue' | 'now' | 'options' | 'untilFree'> & {
  schedules: ScheduleRepository;
  jobs: Pick<Jobs, 'submit'>;
  readArguments: ReadArguments;
};

export function createScheduleEdits(given: Given) {
  const { audit, bus, now, schedules, untilFree, jobs } = given;

  return {
    /** The schedule as `put` would store it; for a preview. Throws as `put` does. */
    check: (name: string, wanted: GivenSchedule, by: Requester): Schedule =>
      readSchedule(given, name, wanted, { stored: schedules.find(name), by }),

    /** Adds the schedule `name` or changes it; returns it, and whether it is new. `mustBeNew` refuses a name that is taken;
     *  `shown`, what the form of an existing one showed, a schedule that has changed since. Throws `invalid_arguments`,
     *  `confirmation_required`, `forbidden`, `edit_conflict`, `not_found`, and `wrong_state` when there are too many. */
    put: (
      name: string,
      wanted: GivenSchedule,
      by: Requester,
      { mustBeNew = false, shown }: { mustBeNew?: boolean; shown?: ScheduleTexts } = {},
    ): Promise<{ schedule: Schedule; isNew: boolean }> =>
      change(name, wanted, by, (stored) => {
        if (stored && mustBeNew) throw nameTaken(name);
        if (!stored && shown) throw unknownSchedule(name);
        const schedule = readSchedule(given, name, wanted, { stored, by });
        if (stored && shown) assertUnchanged(editsOf(shown, { stored, given: schedule }), now());
        if (!stored && schedules.count() >= maxSchedules) throw tooMany();
        return schedule;
      }),

    /** Nothing changes if it is so already. Throws `not_found`. */
    switch: (name: string, isOn: boolean, by: Requester, reason?: string | null): Promise<Schedule> =>
      change(
        name,
        { is_on: isOn },
        by,
        (stored) => {
          if (!stored) throw unknownSchedule(name);
          if (stored.is_on === isOn) return stored;
          const at = now().toISOString();
          return { ...stored, is_on: isOn, due_since: at, changed_by: by.actor, changed_at: at };
        },
        reason,
      ).then(({ schedule }) => schedule),

    /** What became of its due times stays. Throws `not_found`. */
    async remove(name: string, by: Requester): Promise<Schedule> {
      const removed = await untilFree(() => {
        const before = schedules.find(name);
        const audited = { ...entryOf(scheduleActions.remove, name, by), detail: { before } };
        return auditRefusal(audit, audited, () => {
          if (!before) throw unknownSchedule(name);
          schedules.transaction(() => {
            schedules.remove(name);
            audit.record({ ...audited, outcome: 'ok' });
          });
          return before;
        });
      });
      bus.emit('schedules');
      return removed;
    },

    /** Starts its operation now, also while it is off; a destructive one is confirmed again. Throws `not_found`,
     *  `wrong_state` without its operation, and what `jobs.submit` throws. */
    async runNow(name: string, by: Requester, fields: RetryRequest = {}): Promise<Job> {
      const audited = entryOf(scheduleActions.run, name, by);
      const schedule = auditRefusal(audit, { ...audited, event: scheduleActions.run.refused }, () => {
        const found = schedules.find(name);
        if (!found) throw unknownSchedule(name);
        if (!given.catalogue.find(found.operation)) throw operationGone(found.operation);
        return found;
      });
      const { operation, args } = schedule;
      const job = await jobs.submit({ ...fields, operation, args, schedule: name }, by, ({ number }) =>
        audit.record({ ...audited, outcome: 'ok', reason: fields.reason ?? null, detail: { job: number } }),
      );
      bus.emit('schedules');
      return job;
    },
  };

  async function change(
    name: string,
    wanted: GivenSchedule,
    by: Requester,
    read: (stored: Schedule | null) => Schedule,
    reason: string | null = null,
  ) {
    const audited = { ...entryOf(scheduleActions.change, name, by), ...(reason && { reason }) };
    const changed = await untilFree(() => {
      const before = schedules.find(name);
      return auditRefusal(audit, { ...audited, detail: { before, after: wanted } }, () =>
        schedules.transaction(() => {
          const schedule = read(before);
          schedules.put(schedule);
          audit.record({ ...audited, outcome: 'ok', detail: { before, after: schedule } });
          return { schedule, isNew: before === null };
        }),
      );
    });
    bus.emit('schedules');
    return changed;
  }
}

function entryOf({ name: event }: { name: string }, schedule: string, by: Requester): AuditEntry {
  return { event, by, target: scheduleTarget(schedule) };
}

export function unknownSchedule(name: string): AppError {
  return new AppError('not_found', `There is no schedule named ${JSON.stringify(name.slice(0, 80))}.`);
}

export function operationGone(operation: string): AppError {
  const message = `There is no operation ${operation} any more. Choose another one, or remove the schedule.`;
  return new AppError('wrong_state', message);
}

function nameTaken(name: string): AppError {
  const message = `Name: there is a schedule named ${name} already. Choose another name, or change that schedule.`;
  return new AppError('invalid_arguments', message, { problems: [{ field: 'name', message }] });
}

function tooMany(): AppError {
  const message = `There are ${maxSchedules} schedules, as many as there may be. Remove one first.`;
  return new AppError('wrong_state', message);
}
