// The schedules that import a named sheet: the next run of them, and from when on their import is overdue.
import type { Args } from '../core/operation.ts';
import { defaultSource } from '../core/sheet-source.ts';
import type { CronRule } from '../schedule-store/cron.ts';
import { type NextRuns, readStoredCron } from '../schedule-store/next-runs.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

/** `staleAfterMs`: how old the last import may be. `staleAt`: when it has that age; for a sheet that was never imported, the
 *  schedule. */
export type ImportSchedule = { name: string; staleAfterMs: number; staleAt: string };

export type ImportSchedules = ReturnType<typeof createImportSchedules>;

const periods = 1.5;

export function createImportSchedules({
  schedules,
  nextRuns,
}: {
  schedules: Pick<ScheduleRepository, 'all'>;
  nextRuns: Pick<NextRuns, 'of'>;
}) {
  const importing = (source: string) =>
    schedules.all().filter(({ operation, args }) => operation === 'import' && isImportOf(args, source));
  return {
    /** Null without a schedule that is on. */
    next: (source: string) => nextRuns.of('import', (args) => isImportOf(args, source)),

    /** `importedAt`: null for a sheet that was never imported. */
    duties(source: string, importedAt: string | null): ImportSchedule[] {
      return importing(source).flatMap(({ name, is_on, cron, zone, changed_at }) => {
        const rule = is_on ? readStoredCron(cron, zone) : null;
        const from = new Date(importedAt ?? changed_at);
        const periodMs = rule && findPeriodMs(rule, from);
        if (!periodMs) return [];
        const staleAfterMs = periods * periodMs;
        return { name, staleAfterMs, staleAt: new Date(from.getTime() + staleAfterMs).toISOString() };
      });
    },
  };
}

/** A plan imports nothing. */
function isImportOf({ source, path, sheet, dry_run }: Args, name: string): boolean {
  return !dry_run && path === undefined && sheet === undefined && (source ?? defaultSource) === name;
}

/** A rule of weekdays has a longer period over a weekend. Null for a rule that is never due again. */
function findPeriodMs(rule: CronRule, from: Date): number | null {
  const next = rule.next(from);
  const intervalMs = (rule.minIntervalSec() ?? 0) * 1000;
  return next && Math.max(intervalMs, next.getTime() - from.getTime());
}
