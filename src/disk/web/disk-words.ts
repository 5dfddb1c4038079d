// The use of the disk in words.
import { formatBytes, formatNumber, plural } from '../../core/format.ts';
import type { DiskUse } from '../disk-use.ts';
import type { Forecast, Growth } from '../forecast.ts';

const yearDays = 365;

/** `9.4 GiB used by CHL, 66.7 GiB free. Grew by 41.0 MiB a day over 30 days: full in more than a year.` */
export function describeUse({ used_bytes, free_bytes, growth, forecast }: DiskUse): string {
  const use = `${formatBytes(used_bytes)} used by CHL, ${formatBytes(free_bytes)} free.`;
  if (!growth) return `${use} How fast it grows is known after a day.`;
  const end = forecast ? `: full in ${describeDays(forecast.days)}` : '';
  if (forecast?.by === 'free-space')
    return `${use} ${describeGrowth(growth)}; all programs together fill the disk faster${end}.`;
  return `${use} ${describeGrowth(growth)}${end}.`;
}

/** `Grew by 41.0 MiB a day over 30 days` */
export function describeGrowth({ bytesPerDay, days }: Growth): string {
  const over = `over ${plural(days, 'day')}`;
  if (Math.abs(bytesPerDay) < 1) return `Did not grow ${over}`;
  const verb = bytesPerDay > 0 ? 'Grew' : 'Shrank';
  return `${verb} by ${formatBytes(Math.round(Math.abs(bytesPerDay)))} a day ${over}`;
}

/** `about 40 days`, `less than a day`, `more than a year` */
export function describeDays(days: number): string {
  if (days > yearDays) return 'more than a year';
  if (days < 1) return 'less than a day';
  return `about ${Math.round(days) === 1 ? 'a day' : `${formatNumber(days)} days`}`;
}

export function describeForecast(forecast: Forecast | null): string {
  if (!forecast) return 'Not at this rate: the free space does not shrink';
  const rate = forecast.by === 'growth' ? 'at this rate' : 'at the rate of all programs in the last 7 days';
  return `${describeDays(forecast.days)} ${rate}`;
}
