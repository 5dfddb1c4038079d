// How fast each kind of entry comes and goes, from samples. Only whole minutes count, so that the figures are steady.
import type { MetricName } from '../core/db/metrics.ts';
import { forKinds, type Kind } from '../library/content.ts';
import type { Telemetry } from '../telemetry/parts.ts';
import type { ModelChanges } from '../workers/model-changes.ts';

/** Null while it is unknown. A mean wait is unknown, too, while nothing is embedded. */
export type KindRates = { inPerMin: number | null; outPerMin: number | null; meanWaitSec: number | null };

export type QueueRates = () => Record<Kind, KindRates>;

const minuteSec = 60;
/** The rates are those of the newest minutes; the mean wait is that of the hour. */
const [rateMinutes, waitMinutes] = [15, 60];

const metrics = {
  experience: ['queue_pending_experiences', 'queue_failed_experiences', 'embedded_experiences'],
  manual: ['queue_pending_manuals', 'queue_failed_manuals', 'embedded_manuals'],
} as const satisfies Record<Kind, MetricName[]>;

/** A minute; null in a gap. */
type Minute = { pending: number; failed: number; out: number } | null;

/** The minutes, and the places of those in which the embedding model changed: entries then wait anew. */
type Minutes = { list: Minute[]; changed: ReadonlySet<number> };

type Given = {
  telemetry: Pick<Telemetry, 'recent'>;
  modelChanges: ModelChanges['spans'];
  now: () => Date;
};

/** The function reads the samples once a minute. */
export function createQueueRates({ telemetry, modelChanges, now }: Given): QueueRates {
  let read: { minute: number; rates: Record<Kind, KindRates> } | null = null;
  return () => {
    const minute = minuteOf(now());
    if (read?.minute !== minute) {
      const changed = placesOf(modelChanges(), minute - waitMinutes);
      const rates = forKinds((kind) => measure({ list: readMinutes(telemetry, kind), changed }));
      read = { minute, rates };
    }
    return read.rates;
  };
}

function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / 1000 / minuteSec);
}

/** Counted from the minute `first`. */
function placesOf(spans: ReturnType<ModelChanges['spans']>, first: number): Set<number> {
  const places = new Set<number>();
  for (const { from, until } of spans)
    for (let minute = minuteOf(from); minute <= minuteOf(until); minute += 1) places.add(minute - first);
  return places;
}

/** Oldest first, without the current one. */
function readMinutes(telemetry: Given['telemetry'], kind: Kind): Minute[] {
  const [pending, failed, out] = metrics[kind].map((name) =>
    telemetry.recent(name, waitMinutes + 1, minuteSec).slice(0, -1),
  );
  return Array.from({ length: waitMinutes }, (_, at) => {
    const minute = { pending: pending?.[at], failed: failed?.[at], out: out?.[at] };
    return Object.values(minute).includes(null) ? null : (minute as Minute);
  });
}

function measure({ list, changed }: Minutes): KindRates {
  const newest = list.slice(-rateMinutes);
  const parts = splitAt(newest, (at) => changed.has(at + waitMinutes - rateMinutes));
  return { inPerMin: rateIn(parts), outPerMin: rateOut(newest), meanWaitSec: meanWait(list) };
}

/** The stretches between the minutes that are left out. */
function splitAt(minutes: Minute[], isOut: (at: number) => boolean): Minute[][] {
  const parts: Minute[][] = [[]];
  for (const [at, minute] of minutes.entries()) {
    if (isOut(at)) parts.push([]);
    else parts.at(-1)?.push(minute);
  }
  return parts;
}

function rateOut(minutes: Minute[]): number | null {
  const known = minutes.filter((minute) => minute !== null);
  return known.length === 0 ? null : round(sumOut(known) / known.length);
}

function rateIn(parts: Minute[][]): number | null {
  const known = parts.map(countIn).filter((part) => part !== null);
  if (known.length === 0) return null;
  const sum = (of: 'came' | 'minutes') => known.reduce((total, part) => total + part[of], 0);
  return round(sum('came') / sum('minutes'));
}

/** Entries that came in wait now, have left, or have failed. Null for less than two known minutes. */
function countIn(minutes: Minute[]) {
  const from = minutes.findIndex((minute) => minute !== null);
  const until = minutes.findLastIndex((minute) => minute !== null);
  const [first, last] = [minutes[from], minutes[until]];
  if (!first || !last || until === from) return null;
  const left = sumOut(minutes.slice(from + 1).filter((minute) => minute !== null));
  const came = last.pending - first.pending + last.failed - first.failed + left;
  return { came: Math.max(0, came), minutes: until - from };
}

/** Little's law: as many wait as come in the time that each waits. */
function meanWait(minutes: Minute[]): number | null {
  const known = minutes.filter((minute) => minute !== null);
  const out = sumOut(known);
  if (out === 0) return null;
  const waited = known.reduce((sum, { pending }) => sum + pending, 0);
  return round((waited / out) * minuteSec);
}

function sumOut(minutes: { out: number }[]): number {
  return minutes.reduce((sum, { out }) => sum + out, 0);
}

/** To one decimal below 10. */
function round(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
