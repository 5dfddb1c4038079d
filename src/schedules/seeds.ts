// Adds the schedules that operations suggest, switched off. One that was ever added, changed or removed is left as it is.
import { systemRequester } from '../core/audit.ts';
import { checkArguments } from '../core/check-arguments.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import { machineZone } from '../schedule-store/cron.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { scheduleTarget } from './actions.ts';
import { maxSchedules } from './schedule-edits.ts';
import { auditedValues } from './schedule-texts.ts';

type Given = Pick<Kernel, 'audit' | 'catalogue' | 'now' | 'untilFree'> & { schedules: ScheduleRepository };

export async function seedSchedules({ audit, catalogue, now, schedules, untilFree }: Given) {
  const { actor } = systemRequester;
  const at = now().toISOString();
  const all = catalogue.all().flatMap((operation) => suggested(operation, at, actor));
  // One transaction, because each commit waits for the disk, and the server waits for this at its start.
  await untilFree(() => schedules.transaction(() => all.forEach(seed)));

  function seed(schedule: Schedule) {
    const { name } = schedule;
    if (schedules.find(name) || schedules.wasChanged(name) || schedules.count() >= maxSchedules) return;
    schedules.put(schedule);
    audit.record({
      event: 'schedule.seeded',
      outcome: 'ok',
      by: systemRequester,
      target: scheduleTarget(name),
      detail: { before: null, after: auditedValues(schedule) },
    });
  }
}

function suggested(
  { name: operation, args: schema, suggestedSchedules = [] }: Operation,
  at: string,
  by: string,
) {
  return suggestedSchedules.map(
    ({ name, cron, args = {} }): Schedule => ({
      name,
      cron,
      operation,
      args: checkArguments(schema, args),
      reason: null,
      confirm: null,
      zone: machineZone(),
      is_on: false,
      missed: 'once',
      overlap: 'skip',
      due_since: at,
      created_by: by,
      created_at: at,
      changed_by: by,
      changed_at: at,
    }),
  );
}
