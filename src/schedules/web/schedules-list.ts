// The list of schedules as its address asks for it: the schedules that match its search, a page of them, with their timeline.
import { formatNumber } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { describeSchedules } from '../../schedule-store/describe-all.ts';
import { describeWhen } from '../../schedule-store/describe-when.ts';
import { soonestOf } from '../../schedule-store/next-runs.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import type { SchedulesContext } from '../parts.ts';
import { describeHeldBack } from '../held-back.ts';
import { viewSchedule } from './schedule-view.ts';
import { viewTimeline } from './timeline-view.ts';

export type ListQuery = { q?: string; page?: number };

const perPage = 20;

export async function viewList(ctx: SchedulesContext, { q = '', page = 1 }: ListQuery) {
  const all = ctx.schedules.all();
  const found = all.filter((schedule) => matches(ctx, schedule, q));
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  // A page that is gone shows the last one.
  const at = Math.min(page, pages);
  const shown = found.slice((at - 1) * perPage, at * perPage);
  const timeline = await viewTimeline(ctx, shown);
  return {
    q,
    path: listUrl({ q, page: at }, '/ui/schedules'),
    sentence: describeAll(ctx, all),
    timeline: {
      ...timeline,
      left: describeLeft(timeline, { page: at, pages, others: found.length - shown.length, q }),
    },
    schedules: shown.map((schedule) => viewSchedule(ctx, schedule)),
    position: describePosition(found.length, at),
    hasAny: all.length > 0,
    isSearchable: all.length > perPage || q !== '',
    previous: at > 1 ? listUrl({ q, page: at - 1 }) : null,
    next: at < pages ? listUrl({ q, page: at + 1 }) : null,
  };
}

function describeAll(ctx: SchedulesContext, all: Schedule[]): string {
  const next = soonestOf(all, ctx.nextRuns.after);
  const schedule = all.find(({ name }) => name === next?.schedule);
  const heldBack = next && schedule ? describeHeldBack(ctx, schedule, next.at) : null;
  return [describeSchedules(all, ctx.nextRuns, ctx.now()), heldBack].filter(Boolean).join(' ');
}

function listUrl({ q, page = 1 }: ListQuery, path = '/schedules'): string {
  return url(path, { q, page: page > 1 ? page : null });
}

/** Every word occurs in its name, its operation, its rule in words or its zone. */
function matches({ catalogue }: SchedulesContext, schedule: Schedule, q: string): boolean {
  const { name, operation, zone } = schedule;
  const texts = [name, operation, catalogue.find(operation)?.title, describeWhen(schedule), zone];
  const whole = texts.join(' ').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

/** `21–40 of 100`; the number alone if all are on one page. */
function describePosition(found: number, page: number): string {
  if (found <= perPage) return formatNumber(found);
  const [first, last] = [(page - 1) * perPage + 1, Math.min(found, page * perPage)];
  return `${first}–${last} of ${formatNumber(found)}`;
}

type Pages = { page: number; pages: number; others: number; q: string };

/** The schedules without a row in the timeline: `2 more are off and did not run. Page 1 of 4; 46 more are on the other pages.` */
function describeLeft({ rows, idle }: { rows: unknown[]; idle: number }, place: Pages): string {
  const { page, pages, others, q } = place;
  const [count, be] = [formatNumber(idle), idle === 1 ? 'is' : 'are'];
  const sentences = [
    idle > 0 && (rows.length > 0 ? `${count} more ${be} off and did not run.` : `${count} ${be} off.`),
    pages > 1 && `Page ${page} of ${pages}; ${formatNumber(others)} more on the other pages.`,
    q !== '' && 'Only schedules that match the search.',
  ];
  return sentences.filter(Boolean).join(' ');
}
