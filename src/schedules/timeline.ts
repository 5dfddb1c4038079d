// The geometry of the timeline: 24 hours back and 24 ahead, now in the middle. Pure; places are in percent of its width.
import { clockIn, timeIn, weekdayIn } from '../schedule-store/zone-time.ts';

const hourMs = 3_600_000;
export const halfMs = 24 * hourMs;
/** The clocks of some zones are a quarter of an hour off. */
const stepMs = hourMs / 4;

const runKinds = [
  'failed',
  'missed',
  'refused',
  'skipped',
  'cancelled',
  'active',
  'removed',
  'done',
] as const;
/** The outcomes of a run, the worst first. `active`: its job waits or runs; `removed`: its job is not in the history any more. */
export type RunKind = (typeof runKinds)[number];

/** Runs of one kind that lie close together; times in milliseconds since 1970. */
export type Span = {
  kind: RunKind;
  from: number;
  until: number;
  count: number;
  /** How many of them people have started. */
  byHand: number;
  first: number;
  last: number;
};

/** `kind`: the worst of the `count` runs or due times that it stands for; `first` and `last`: the times for which they were
 *  asked. */
export type Mark = {
  kind: RunKind | 'due';
  x: number;
  width: number;
  count: number;
  /** How many of them are of its kind. */
  ofKind: number;
  byHand: number;
  first: number;
  last: number;
};

/** Closer marks are merged: about 10 px at full width. */
const mergeShare = 1;
/** The kinds that are drawn as a bar and may be long. */
const bars: readonly string[] = ['done', 'active', 'removed'];

export type Range = { from: number; now: number; until: number };

export function rangeAround(now: Date): Range {
  const at = now.getTime();
  return { from: at - halfMs, now: at, until: at + halfMs };
}

/** Spans outside the range are left out, those at its edges are cut. */
export function layOutRuns(spans: readonly Span[], range: Range): Mark[] {
  const inside = spans
    .filter(({ from, until }) => until >= range.from && from <= range.now)
    .map((span) => ({
      ...span,
      from: Math.max(span.from, range.from),
      until: Math.min(span.until, range.now),
    }))
    .sort((a, b) => a.from - b.from);
  const groups: Mark[] = [];
  for (const span of inside) {
    const mark = toMark(span, range);
    const last = groups.at(-1);
    if (last && mark.x - last.x < mergeShare) groups[groups.length - 1] = merge(last, mark);
    else groups.push(mark);
  }
  return joinBars(groups);
}

/** Due times that lie close together become one wide mark. */
export function layOutDue(due: readonly Date[], range: Range): Mark[] {
  const marks: Mark[] = [];
  for (const at of due.map((date) => date.getTime())) {
    if (at <= range.now || at > range.until) continue;
    const mark = toMark(
      { kind: 'due', from: at, until: at, count: 1, byHand: 0, first: at, last: at },
      range,
    );
    const last = marks.at(-1);
    if (last && mark.x - (last.x + last.width) < mergeShare) marks[marks.length - 1] = merge(last, mark);
    else marks.push(mark);
  }
  return marks;
}

/** A label of the axis, with its middle at `x`; `isAlternate` ones are left out on narrow screens. */
export type AxisLabel = { x: number; text: string; isAlternate: boolean };

/** Half of the widest label at half of the least width; nearer to an edge, a label would be cut. */
const edgeShare = 6;

/** Every six hours of the zone's clock, also on the days when it changes. `now` is a line of its own above them, so that they
 *  never meet. `lines`: the places of all hours. */
export function layOutAxis(
  range: Range,
  zone: string,
): { now: string; labels: AxisLabel[]; lines: number[] } {
  const marks: { x: number; at: Date; hour: number }[] = [];
  for (let at = Math.ceil(range.from / stepMs) * stepMs; at <= range.until; at += stepMs) {
    const { hour, minute } = timeIn(zone, new Date(at));
    if (hour % 6 !== 0 || minute !== 0) continue;
    // An hour that comes twice is marked once.
    if (marks.at(-1)?.hour === hour) continue;
    marks.push({ x: placeOf(at, range), at: new Date(at), hour });
  }
  const labels = marks
    .filter(({ x }) => x >= edgeShare && x <= 100 - edgeShare)
    .map(({ x, at, hour }): AxisLabel => {
      const clock = clockIn(zone, at);
      return {
        x,
        text: hour === 0 ? `${weekdayIn(zone, at)} ${clock}` : clock,
        isAlternate: hour % 12 !== 0,
      };
    });
  return { now: `now ${clockIn(zone, new Date(range.now))}`, labels, lines: marks.map(({ x }) => x) };
}

function placeOf(at: number, { from, until }: Range): number {
  return round(((at - from) / (until - from)) * 100);
}

function toMark(span: Omit<Span, 'kind'> & { kind: Mark['kind'] }, range: Range): Mark {
  const { kind, count, byHand, first, last } = span;
  const x = placeOf(span.from, range);
  const width = round(placeOf(span.until, range) - x);
  return { kind, x, width, count, ofKind: count, byHand, first, last };
}

function merge(a: Mark, b: Mark): Mark {
  const kind = rankOf(a) <= rankOf(b) ? a.kind : b.kind;
  const ofKind = [a, b].reduce((sum, one) => sum + (one.kind === kind ? one.ofKind : 0), 0);
  const width = round(Math.max(a.x + a.width, b.x + b.width) - a.x);
  const [first, last] = [Math.min(a.first, b.first), Math.max(a.last, b.last)];
  const [count, byHand] = [a.count + b.count, a.byHand + b.byHand];
  return { kind, x: a.x, width, count, ofKind, byHand, first, last };
}

function rankOf({ kind }: Mark): number {
  return kind === 'due' ? runKinds.length : runKinds.indexOf(kind);
}

/** Bars of the same kind that touch become one; what went wrong stays where it was. */
function joinBars(marks: Mark[]): Mark[] {
  const joined: Mark[] = [];
  for (const mark of marks) {
    const last = joined.at(-1);
    const isNext = last && last.kind === mark.kind && mark.x - (last.x + last.width) < 1.5 * mergeShare;
    // A single run keeps its own bar.
    if (last && isNext && bars.includes(mark.kind) && last.count > 1 && mark.count > 1)
      joined[joined.length - 1] = merge(last, mark);
    else joined.push(mark);
  }
  return joined;
}

function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}
