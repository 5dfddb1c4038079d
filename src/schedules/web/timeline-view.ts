// The view model of the timeline: the marks of each row as shapes, the axis, and a sentence for each row.
import { machineZone } from '../../schedule-store/cron.ts';
import { formatNumber, upperFirst } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { inTurns } from '../../core/slices.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { describeRow, kindWords } from '../describe-runs.ts';
import { halfMs, layOutAxis, layOutDue, layOutRuns, type Mark, rangeAround } from '../timeline.ts';
import { describeWhenAndWhere } from '../../schedule-store/describe-when.ts';
import { otherZone } from '../../schedule-store/moment.ts';
import { clockIn } from '../../schedule-store/zone-time.ts';
import type { SchedulesContext } from '../parts.ts';

/** Runs that began so long before the first hour are not looked for. */
const longestRunMs = 2 * 3_600_000;
const turnMs = 8;
/** In percent: a bar without any width has no outline. */
const leastWidth = 0.01;

type Shape = 'bar' | 'cross' | 'hollow' | 'pause' | 'missed' | 'due' | 'band';
type ShownMark = { shape: Shape; tone: string; x: string; end: string; width: string; text: string };
type Row = { name: string; href: string; zone: string | null; sentence: string; marks: ShownMark[] };

/** `idle`: how many schedules are off and did not run; they have no row. */
export async function viewTimeline(
  { now: readNow, scheduleSpans, dueTimes }: SchedulesContext,
  schedules: readonly Schedule[],
) {
  const now = readNow();
  const range = rangeAround(now);
  const zone = machineZone();
  const since = new Date(range.from - longestRunMs);
  const until = new Date(now.getTime() + halfMs);
  const names = schedules.map(({ name }) => name);
  const spansOf = await scheduleSpans(names, since, now);
  const rows: (Row & { isIdle: boolean })[] = [];
  await inTurns([...schedules], turnMs, async (schedule) => {
    const { name, is_on: isOn } = schedule;
    const when = describeWhenAndWhere(schedule);
    const spans = (spansOf.get(name) ?? []).filter(({ until }) => until >= range.from);
    const due = isOn ? dueTimes.ahead(schedule, now, until) : [];
    const marks = [...layOutRuns(spans, range), ...layOutDue(due, range)];
    rows.push({
      name,
      href: url(`/schedules/${name}`),
      zone: otherZone(schedule.zone),
      sentence: describeRow(spans, { due, when, isOn }, zone),
      marks: marks.map((mark) => shapeOf(mark, zone)),
      isIdle: marks.length === 0 && !isOn,
    });
  });
  const shown = rows.filter(({ isIdle }) => !isIdle);
  const { now: nowLabel, labels, lines } = layOutAxis(range, zone);
  return {
    rows: shown,
    idle: rows.length - shown.length,
    nowLabel,
    labels: labels.map(({ x, ...label }) => ({ ...label, x: percent(x) })),
    lines: lines.map(percent),
    zone,
    hasRuns: rows.length > 0,
  };
}

const tones: Record<Mark['kind'], string> = {
  done: 'ok',
  active: 'run',
  failed: 'bad',
  cancelled: 'idle',
  removed: 'idle',
  skipped: 'hold',
  refused: 'hold',
  missed: 'warn',
  due: '',
};
const shapes: Record<Mark['kind'], Shape> = {
  done: 'bar',
  active: 'bar',
  failed: 'cross',
  cancelled: 'hollow',
  removed: 'bar',
  skipped: 'pause',
  refused: 'pause',
  missed: 'missed',
  due: 'due',
};

function shapeOf(mark: Mark, zone: string): ShownMark {
  const { kind, x, width } = mark;
  const shape = kind === 'due' && mark.count > 1 ? 'band' : shapes[kind];
  return {
    shape,
    tone: tones[kind],
    x: percent(x),
    end: percent(x + width),
    width: percent(Math.max(width, leastWidth)),
    text: describeMark(mark, zone),
  };
}

/** `Failed 14:15`, `Done 14:20, by hand`, or `30 times from 14:00 to 14:29, 1 failed, 2 by hand`. */
function describeMark({ kind, count, ofKind, byHand, first, last }: Mark, zone: string): string {
  const [from, to] = [first, last].map((at) => clockIn(zone, new Date(at)));
  const word = kind === 'due' ? 'due' : kindWords[kind];
  if (kind === 'due' && count > 1) return `Due from ${from} to ${to}`;
  if (count === 1) return `${upperFirst(word)} ${from}${byHand > 0 ? ', by hand' : ''}`;
  const times = `${formatNumber(count)} times from ${from} to ${to}`;
  const ofAll =
    ofKind === count ? `${upperFirst(word)} ${times}` : `${times}, ${formatNumber(ofKind)} ${word}`;
  return byHand > 0 ? `${ofAll}, ${formatNumber(byHand)} by hand` : ofAll;
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
