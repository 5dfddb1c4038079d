// Checks when the disk will be full, at the rate of the last seven days.
import type { Check } from '../core/check.ts';
import type { Point } from './repository.ts';
import type { TelemetryContext } from './parts.ts';

const dayMs = 86_400_000;
const rateDays = 7;
/** A shorter time says nothing about a rate. */
const minDays = 1;

export const diskForecastHead = { id: 'disk-forecast', component: 'disk', title: 'Disk forecast' };

export function diskForecastCheck({
  config,
  telemetry,
  now,
}: Pick<TelemetryContext, 'config' | 'telemetry' | 'now'>): Check {
  return {
    ...diskForecastHead,
    everySec: 3600,
    opensAt: 'second',
    look() {
      const since = new Date(now().getTime() - rateDays * dayMs);
      const days = daysLeft(telemetry.series('disk_free_bytes', since).points);
      const { diskFullDays } = config.checks;
      if (days === null) return { says: 'The free space does not shrink.', found: [] };
      if (days > diskFullDays) return { says: `Full in more than ${diskFullDays} days`, found: [] };
      return {
        says: 'Full soon',
        found: [
          {
            subject: 'full',
            severity: 'warning',
            title: `The disk will be full within ${diskFullDays} days`,
            text: 'That is its rate of the last 7 days. Free some space, or move the data folder to a larger disk.',
            stops: [],
            causedBy: ['disk-space'],
          },
        ],
      };
    },
  };
}

/** Null while the free space does not shrink, or is known for less than a day. */
function daysLeft(points: Point[]): number | null {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  const days = ((last.at - first.at) * 1000) / dayMs;
  const perDay = (first.value - last.value) / days;
  return days >= minDays && perDay > 0 ? last.value / perDay : null;
}
