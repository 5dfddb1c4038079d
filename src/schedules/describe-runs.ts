// A row of the timeline as one sentence, for those who hear the page.
import { formatList, formatNumber, lowerFirst, upperFirst } from '../core/format.ts';
import { maxNamed } from './due-times.ts';
import type { RunKind, Span } from './timeline.ts';
import { clockIn } from '../schedule-store/zone-time.ts';

export const kindWords: Record<RunKind, string> = {
  done: 'done',
  active: 'waiting or running',
  failed: 'failed',
  cancelled: 'cancelled',
  removed: 'run (job removed)',
  skipped: 'skipped',
  refused: 'refused',
  missed: 'missed',
};
const order = Object.keys(kindWords) as RunKind[];

/** `due`: of the next 24 hours; `when`: the rule in words; `isOn` is false for a schedule that is off. */
export type Ahead = { due: readonly Date[]; when: string; isOn: boolean };

/** `Done at 02:00 and 14:00; failed at 08:00. Due at 20:00.` Clocks are those of `zone`. */
export function describeRow(spans: readonly Span[], ahead: Ahead, zone: string): string {
  const past = order.flatMap((kind) => {
    const ofKind = spans.filter((span) => span.kind === kind);
    return ofKind.length === 0 ? [] : [`${kindWords[kind]} ${describeTimes(ofKind, zone)}`];
  });
  const first = past.length === 0 ? 'no run in the last 24 hours' : past.join('; ');
  return `${upperFirst(first)}. ${describeAhead(ahead, zone)}`;
}

function describeTimes(spans: readonly Span[], zone: string): string {
  const [count, byHand] = [sumOf(spans, 'count'), sumOf(spans, 'byHand')];
  const clock = (at: number) => clockIn(zone, new Date(at));
  if (count <= maxNamed && spans.every((span) => span.count === 1))
    return `at ${formatList(spans.map(({ first, byHand }) => clock(first) + (byHand > 0 ? ' by hand' : '')))}`;
  const last = clock(Math.max(...spans.map((span) => span.last)));
  return `${formatNumber(count)} times, last at ${last}${byHand > 0 ? `, ${formatNumber(byHand)} by hand` : ''}`;
}

function sumOf(spans: readonly Span[], what: 'count' | 'byHand'): number {
  return spans.reduce((sum, span) => sum + span[what], 0);
}

function describeAhead({ due, when, isOn }: Ahead, zone: string): string {
  if (!isOn) return 'Switched off.';
  const [next] = due;
  if (!next) return 'Not due in the next 24 hours.';
  if (due.length <= maxNamed) return `Due at ${formatList(due.map((at) => clockIn(zone, at)))}.`;
  return `Due ${lowerFirst(when)}, next at ${clockIn(zone, next)}.`;
}
