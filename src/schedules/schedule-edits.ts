// Adds, changes, switches, removes and runs schedules. Each change and each refusal leaves an audit row, a change with the
// schedule before and after.
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertMatches, assertUnchanged } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { scheduleActions, scheduleTarget, unknownSchedule } from './actions.ts';
import { type GivenSchedule, readSchedule } from './read-schedule.ts';
import { leaveUndecided } from './leave-undecided.ts';
import { createRunNow } from './run-now.ts';
import { auditedValues, editsOf, type ScheduleTexts } from './schedule-texts.ts';

export const maxSchedules = 100;

type Given = Pick<Kernel, 'audit' | 'bus' | 'catalogue' | 'now' | 'options' | 'untilFree'> & {
  schedules: ScheduleRepository;
  jobs: Pick<Jobs, 'submit'>;
  readArguments: ReadArguments;
  /** The next due time may have changed. */
  onChange: () => void;
};

type PutOptions = { mustBeNew?: boolean; shown?: ScheduleTexts; ifMatch?: string | undefined };

export function createScheduleEdits(given: Given) {
  const { audit, bus, now, schedules, untilFree } = given;

  return {
    /** The schedule as `put` would store it; for a preview. Throws as `put` does. */
    check: (name: string, wanted: GivenSchedule, by: Requester): Schedule =>
      readSchedule(given, name, wanted, { stored: schedules.find(name), by }),

    /** Adds the schedule `name` or changes it; returns it, and whether it is new. `mustBeNew` refuses a name that is taken;
     *  `shown`, what the form of an existing one showed, and `ifMatch`, its ETag, one that has changed since. Throws
     *  `invalid_arguments`, `confirmation_required`, `forbidden`, `edit_conflict`, `not_found`, and `wrong_state` when
     *  there are too many. */
    put: (
      name: string,
      wanted: GivenSchedule,
      by: Requester,
      { mustBeNew = false, shown, ifMatch }: PutOptions = {},
    ): Promise<{ schedule: Schedule; isNew: boolean }> =>
      change(given, { ...entryOf(scheduleActions.change, name, by), wanted }, name, (stored) => {
        assertMatches(ifMatch, stored);
        if (stored && mustBeNew) throw nameTaken(name);
        if (!stored && shown) throw unknownSchedule(name);
        const schedule = readSchedule(given, name, wanted, { stored, by });
        if (stored && shown) assertUnchanged(editsOf(shown, { stored, given: schedule }), now());
        if (!stored && schedules.count() >= maxSchedules) throw tooMany();
        return schedule;
      }),

    /** Nothing changes if it is so already. Throws `not_found`. */
    async switch(name: string, isOn: boolean, by: Requester, reason?: string | null): Promise<Schedule> {
      const known = schedules.find(name);
      if (known?.is_on === isOn) return known;
      const entry = { ...entryOf(scheduleActions.change, name, by), ...(reason && { reason }) };
      const { schedule } = await change(given, { ...entry, wanted: { is_on: isOn } }, name, (stored) => {
        if (!stored) throw unknownSchedule(name);
        return stored.is_on === isOn ? stored : switched(stored, isOn, by, now());
      });
      return schedule;
    },

    /** The outcomes of its due times stay. Throws `not_found`. */
    async remove(name: string, by: Requester): Promise<Schedule> {
      const removed = await untilFree(() => {
        const before = schedules.find(name);
        const detail = { before: before && auditedValues(before) };
        const audited = { ...entryOf(scheduleActions.remove, name, by), detail };
        return auditRefusal(audit, audited, () => {
          if (!before) throw unknownSchedule(name);
          schedules.transaction(() => {
            leaveUndecided(given, before, null);
            schedules.remove(name);
            audit.record({ ...audited, outcome: 'ok' });
          });
          return before;
        });
      });
      bus.emit('schedules');
      return removed;
    },

    runNow: createRunNow(given),
  };
}

/** Stores what `read` makes of the stored schedule. */
async function change(
  given: Given,
  audited: AuditEntry & { wanted: GivenSchedule },
  name: string,
  read: (stored: Schedule | null) => Schedule,
) {
  const { audit, bus, schedules, untilFree, onChange } = given;
  const { wanted, ...entry } = audited;
  const changed = await untilFree(() => {
    const before = schedules.find(name);
    return auditRefusal(audit, { ...entry, detail: askedFor(before, wanted) }, () =>
      schedules.transaction(() => {
        const schedule = read(before);
        leaveUndecided(given, before, schedule);
        schedules.put(schedule);
        const detail = { before: before && auditedValues(before), after: auditedValues(schedule, before) };
        audit.record({ ...entry, outcome: 'ok', detail });
        return { schedule, isNew: before === null };
      }),
    );
  });
  onChange();
  bus.emit('schedules');
  return changed;
}

/** The wanted values, and those that they would have replaced. */
function askedFor(before: Schedule | null, wanted: GivenSchedule) {
  const names = Object.keys(wanted) as (keyof GivenSchedule & keyof Schedule)[];
  return { before: before && Object.fromEntries(names.map((name) => [name, before[name]])), after: wanted };
}

function entryOf({ name: event }: { name: string }, schedule: string, by: Requester): AuditEntry {
  return { event, by, target: scheduleTarget(schedule) };
}

function switched(stored: Schedule, isOn: boolean, by: Requester, now: Date): Schedule {
  const at = now.toISOString();
  return { ...stored, is_on: isOn, due_since: at, changed_by: by.actor, changed_at: at };
}

function nameTaken(name: string): AppError {
  const message = `Name: there is a schedule named ${name} already. Choose another name, or change that schedule.`;
  return new AppError('invalid_arguments', message, { problems: [{ field: 'name', message }] });
}

function tooMany(): AppError {
  const message = `There are ${maxSchedules} schedules, as many as there may be. Remove one first.`;
  return new AppError('wrong_state', message);
}
