// The chart of the job list: jobs by hour or day and by outcome, read from counters. Each bar leads to the jobs of its time.
import { formatNumber, plural } from '../../core/format.ts';
import { barChart } from '../../web/chart.ts';
import { clockOf } from '../../web/template-globals.ts';
import type { JobFilter } from '../job-search.ts';
import type { HourCount } from '../repository-index.ts';
import type { JobContext } from '../parts.ts';

const hourMs = 3_600_000;
const maxHours = 48;
const maxDays = 31;
const minHours = 24;

/** From the bottom of a bar up: what needs attention stands on the base line. */
const outcomes = [
  { tone: 'bad', word: 'failed', statuses: ['failed'] },
  { tone: 'idle', word: 'cancelled', statuses: ['cancelled'] },
  { tone: 'run', word: 'active', statuses: ['queued', 'running', 'retrying'] },
  { tone: 'ok', word: 'done', statuses: ['succeeded'] },
];

type Step = { from: Date; to: Date; name: string; since: string; until: string };

/** `linkTo` gives the address of the jobs between two times, each written as in the search box. */
export function viewHistoryChart(
  { listing, now }: Pick<JobContext, 'listing' | 'now'>,
  filter: JobFilter,
  linkTo: (since: string, until: string) => string,
) {
  const { from, to, isHourly } = windowOf(filter, listing.firstHour(), now());
  const steps = isHourly ? hoursBetween(from, to) : daysBetween(from, to);
  const counts = sumBySteps(listing.hourCounts(filter, from, to), steps, filter);
  const bars = steps.map(({ name, since, until }, at) => ({
    title: `${name}: ${describe(counts[at] ?? [])}`,
    parts: outcomes.map(({ tone }, one) => ({ tone, value: counts[at]?.[one] ?? 0 })),
    ...(counts[at]?.some((jobs) => jobs > 0) ? { href: linkTo(since, until) } : {}),
  }));
  const totals = outcomes.map((_, one) => counts.reduce((sum, step) => sum + (step[one] ?? 0), 0));
  const title = isHourly ? 'Jobs per hour' : 'Jobs per day';
  const names = [steps[0], steps[Math.floor(steps.length / 2)], steps.at(-1)].map((step) => step?.name ?? '');
  const label = `${title} from ${names[0]} to ${names[2]}: ${describe(totals)}.`;
  const chart = barChart(bars, { label, steps: names, format: formatNumber });
  const legend = outcomes.flatMap(({ tone, word }, one) =>
    totals[one] ? [{ tone, word, jobs: formatNumber(totals[one]) }] : [],
  );
  return chart && { title, chart, legend };
}

/** The times of the filter, at least a day and at most a month; without a filter the whole history. Short ones are shown
 *  by hour. */
function windowOf({ since, until }: JobFilter, firstHour: string | null, now: Date) {
  const end = until === undefined ? now : new Date(Math.min(Date.parse(until), now.getTime()));
  const begin =
    since === undefined ? new Date(`${firstHour ?? end.toISOString().slice(0, 13)}:00Z`) : new Date(since);
  const spanMs = end.getTime() - begin.getTime();
  if (spanMs > maxHours * hourMs) return { from: begin, to: end, isHourly: false };
  const dayEnd = new Date(Math.min(startOfDay(begin, 1).getTime(), now.getTime()));
  const to = spanMs < minHours * hourMs && until !== undefined && dayEnd > end ? dayEnd : end;
  const from = new Date(Math.min(begin.getTime(), to.getTime() - minHours * hourMs));
  return { from, to, isHourly: true };
}

function hoursBetween(from: Date, to: Date): Step[] {
  const last = Math.floor((to.getTime() - 1) / hourMs);
  const first = Math.max(Math.floor(from.getTime() / hourMs), last - maxHours + 1);
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const begin = new Date((first + at) * hourMs);
    const end = new Date((first + at + 1) * hourMs);
    const clock = clockOf(begin).slice(0, 'HH:MM'.length);
    return {
      from: begin,
      to: end,
      name: `${dayOf(begin)} ${clock}`,
      since: minuteOf(begin),
      until: minuteOf(end),
    };
  });
}

function daysBetween(from: Date, to: Date): Step[] {
  const days: Step[] = [];
  for (let at = 0; at < maxDays; at++) {
    const begin = startOfDay(new Date(to.getTime() - 1), -at);
    const end = startOfDay(begin, 1);
    days.unshift({ from: begin, to: end, name: dayOf(begin), since: dateOf(begin), until: dateOf(end) });
    if (begin <= from) break;
  }
  return days;
}

/** For each step, the jobs of each outcome, in statuses of the filter. */
function sumBySteps(hours: HourCount[], steps: Step[], { status }: JobFilter): number[][] {
  const counts = steps.map(() => outcomes.map(() => 0));
  let at = 0;
  for (const { hour, status: found, jobs } of hours) {
    const time = new Date(`${hour}:00Z`);
    while (at < steps.length && time >= (steps[at] as Step).to) at += 1;
    const step = counts[at];
    const one = outcomes.findIndex(({ statuses }) => statuses.includes(found));
    if (!step || time < (steps[at] as Step).from || (status && !status.includes(found))) continue;
    step[one] = (step[one] ?? 0) + jobs;
  }
  return counts;
}

function describe(counts: number[]): string {
  const all = counts.reduce((sum, jobs) => sum + jobs, 0);
  const parts = outcomes.flatMap(({ word }, one) =>
    counts[one] ? [`${formatNumber(counts[one])} ${word}`] : [],
  );
  return parts.length > 0 ? `${plural(all, 'job')}, ${parts.join(', ')}` : 'no jobs';
}

const startOfDay = (time: Date, days: number) =>
  new Date(time.getFullYear(), time.getMonth(), time.getDate() + days);
const two = (value: number) => String(value).padStart(2, '0');
const dateOf = (time: Date) => `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
const minuteOf = (time: Date) => `${time.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`;
const dayOf = (time: Date) =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(time);
