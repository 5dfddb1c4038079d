// A schedule as texts, to compare what a form showed with what is stored and with what is saved.
import type { Edit } from '../core/edit-conflict.ts';
import { secretState } from '../core/secret-state.ts';
import type { Schedule } from '../schedule-store/schedule.ts';

/** By field: `operation`, `args.source` …, `cron`, `zone`, `is_on`, `missed`, `overlap`, `reason`. */
export type ScheduleTexts = Record<string, string>;

export function textsOf(schedule: Schedule): ScheduleTexts {
  const args = Object.entries(schedule.args).map(([name, value]) => [`args.${name}`, String(value)]);
  const { operation, cron, zone, is_on, missed, overlap, reason } = schedule;
  return {
    operation,
    ...Object.fromEntries(args),
    cron,
    zone,
    is_on: String(is_on),
    missed,
    overlap,
    reason: reason ?? '',
  };
}

/** The values of a schedule as the audit log keeps them, without its author and its times. `former`: the schedule before a
 *  change. */
export function auditedValues(schedule: Schedule, former: Schedule | null = null): ScheduleTexts {
  return { ...textsOf(schedule), confirm: secretState(schedule.confirm, former?.confirm) };
}

/** `shown`: the values that the form had when it was opened. */
export function editsOf(
  shown: ScheduleTexts,
  { stored, given }: { stored: Schedule; given: Schedule },
): Edit[] {
  const [now, next] = [textsOf(stored), textsOf(given)];
  const fields = new Set([...Object.keys(now), ...Object.keys(next)]);
  return [...fields].map((field) => ({
    field,
    title: titles[field] ?? field.replace(/^args\./, ''),
    shown: shown[field],
    stored: now[field] ?? '',
    given: next[field] ?? '',
    change: stored,
    describe: (text) => text || 'nothing',
  }));
}

const titles: Record<string, string> = {
  operation: 'Operation',
  cron: 'Rule',
  zone: 'Time zone',
  is_on: 'On',
  missed: 'When a time was missed',
  overlap: 'When another job or maintenance is in the way',
  reason: 'Reason',
};
