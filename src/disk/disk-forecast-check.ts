// Checks when the disk will be full, by the prediction that the page of storage shows.
import type { Check } from '../core/check.ts';
import type { Config } from '../core/config.ts';
import type { DiskUse } from './disk-use.ts';
import type { Forecast } from './forecast.ts';

export const diskForecastHead = { id: 'disk-forecast', component: 'disk', title: 'Disk forecast' };

type Given = { config: Config; diskUse: { current(): Pick<DiskUse, 'forecast'> | null } };

export function diskForecastCheck({ config, diskUse }: Given): Check {
  return {
    ...diskForecastHead,
    everySec: 3600,
    dirtyOn: ['disk'],
    opensAt: 'second',
    look() {
      const use = diskUse.current();
      const { diskFullDays } = config.checks;
      if (!use) return { says: 'Not measured yet', found: [] };
      const { forecast } = use;
      if (!forecast) return { says: 'The free space does not shrink.', found: [] };
      if (forecast.days > diskFullDays) return { says: `Full in more than ${diskFullDays} days`, found: [] };
      return {
        says: 'Full soon',
        found: [
          {
            subject: 'full',
            severity: 'warning',
            title: `The disk will be full within ${diskFullDays} days`,
            text: `${rates[forecast.by]} Free some space, or move the data folder to a larger disk.`,
            stops: [],
            causedBy: ['disk-space'],
            runbook: 'disk-full',
            fix: { href: '/storage#h-disk', label: 'See what takes space' },
          },
        ],
      };
    },
  };
}

const rates: Record<Forecast['by'], string> = {
  growth: 'That is the rate at which the data folder has grown in the last 30 days.',
  'free-space': 'That is the rate at which its free space has shrunk in the last 7 days.',
};
