// The view model of usage over 30 days: figures with their curves, and a table of the days.
import { formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { sparkline, type Values } from '../../web/sparkline.ts';
import { formatShare } from '../describe-costs.ts';
import { readUsageDays, type UsageDay } from '../usage-history.ts';
import type { CostContext } from '../parts.ts';
import { shownDays } from './cost-view.ts';
import { shortDay } from './cost-words.ts';

type Column = { name: Exclude<keyof UsageDay, 'day'>; title: string; format: (value: number) => string };

const columns: Column[] = [
  { name: 'requests', title: 'Requests a day', format: formatNumber },
  { name: 'peak_queue', title: 'Longest queue', format: formatNumber },
  { name: 'peak_streams', title: 'Most live streams', format: formatNumber },
  { name: 'hit_rate', title: 'Cache hit rate', format: formatShare },
];

export function viewUsage(ctx: Pick<CostContext, 'telemetry' | 'now'>) {
  const days = readUsageDays(ctx, shownDays);
  const known = days.filter((day) => columns.some(({ name }) => day[name] !== null));
  return {
    path: url('/ui/costs/usage'),
    at: ctx.now().toISOString(),
    figures: columns.map((column) => viewFigure(column, days)),
    columns: columns.map(({ title }) => title),
    rows: known.reverse().map((day) => ({
      title: shortDay(day.day),
      cells: columns.map(({ name, title, format }) => ({ column: title, text: textOf(day[name], format) })),
    })),
  };
}

/** The newest day is today, which is not over. */
function viewFigure({ name, title, format }: Column, days: UsageDay[]) {
  const values: Values = days.map((day) => day[name]);
  const before = values.slice(0, -1).filter((value) => value !== null);
  const mean = before.length === 0 ? null : before.reduce((sum, value) => sum + value, 0) / before.length;
  return {
    name,
    title,
    text: textOf(values.at(-1) ?? null, format),
    spark: sparkline(values, []),
    about: mean === null ? 'today so far' : `today so far; ${format(mean)} on average before`,
  };
}

const textOf = (value: number | null, format: (value: number) => string) =>
  value === null ? '–' : format(value);
