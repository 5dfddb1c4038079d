// Predicts when the disk of the data folder will be full. One prediction serves the page, the hub and the check.
import type { DayUse } from './disk-use-repository.ts';

/** `days`: the time between the two measurements. */
export type Growth = { bytesPerDay: number; days: number };

/** `by`: the sooner one of what CHL adds, and of how the free space shrinks, which other programs fill, too. */
export type Forecast = { days: number; by: 'growth' | 'free-space' };

type Point = { at: number; value: number };

const dayMs = 86_400_000;
const daySec = 86_400;

/** Null for less than a day. `isElsewhere`: whether a part is on another disk. */
export function growthOf(uses: DayUse[], isElsewhere: (part: DayUse['part']) => boolean): Growth | null {
  const totals = new Map<string, number>();
  for (const { day, part, bytes } of uses)
    if (!isElsewhere(part)) totals.set(day, (totals.get(day) ?? 0) + bytes);
  const [first] = totals;
  const last = [...totals].at(-1);
  if (!first || !last || first === last) return null;
  const days = (Date.parse(last[0]) - Date.parse(first[0])) / dayMs;
  return days >= 1 ? { bytesPerDay: (last[1] - first[1]) / days, days } : null;
}

/** Null while neither the use grows nor the free space shrinks. `points`: of the free space, in seconds since 1970. */
export function forecastOf(free: number, growth: Growth | null, points: Point[]): Forecast | null {
  const byGrowth = growth && growth.bytesPerDay > 0 ? free / growth.bytesPerDay : null;
  const byFree = daysLeft(points);
  if (byFree !== null && (byGrowth === null || byFree < byGrowth)) return { days: byFree, by: 'free-space' };
  return byGrowth === null ? null : { days: byGrowth, by: 'growth' };
}

/** Null while the free space does not shrink, or is known for less than a day. */
function daysLeft(points: Point[]): number | null {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return null;
  const days = (last.at - first.at) / daySec;
  const perDay = (first.value - last.value) / days;
  return days >= 1 && perDay > 0 ? last.value / perDay : null;
}
