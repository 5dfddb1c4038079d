// The work of the server by day, from the samples of the last month: requests, queue, streams and caches.
import { dayBefore, startOf } from '../cost-store/days.ts';
import { localDay } from '../core/format.ts';
import type { Telemetry } from '../telemetry/parts.ts';
import type { UsageHour } from '../telemetry/usage-hours-repository.ts';

/** Null without a sample that has it. */
export type UsageDay = {
  day: string;
  requests: number | null;
  peak_queue: number | null;
  peak_streams: number | null;
  /** The share of the reads that caches have answered. */
  hit_rate: number | null;
};

type Given = { telemetry: Pick<Telemetry, 'usageHours'>; now: () => Date };

/** Today included, oldest first. */
export function readUsageDays({ telemetry, now }: Given, count: number): UsageDay[] {
  const today = localDay(now());
  const days = Array.from({ length: count }, (_, at) => dayBefore(today, count - 1 - at));
  const byDay = new Map(days.map((day): [string, UsageHour[]] => [day, []]));
  for (const hour of telemetry.usageHours(startOf(days[0] ?? today).getTime() / 1000))
    byDay.get(localDay(new Date(hour.at * 1000)))?.push(hour);
  return [...byDay].map(([day, hours]) => foldDay(day, hours));
}

function foldDay(day: string, hours: UsageHour[]): UsageDay {
  const known = (name: keyof UsageHour) => hours.map((hour) => hour[name]).filter((value) => value !== null);
  const sum = (values: number[]) =>
    values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
  const peak = (values: number[]) => (values.length === 0 ? null : Math.max(...values));
  const [hits, misses] = [sum(known('hits')) ?? 0, sum(known('misses')) ?? 0];
  return {
    day,
    requests: sum(known('requests')),
    peak_queue: peak(known('peak_queue')),
    peak_streams: peak(known('peak_streams')),
    hit_rate: hits + misses === 0 ? null : hits / (hits + misses),
  };
}
