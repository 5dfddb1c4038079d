// How fast each kind of entry comes and goes, from samples. Only whole minutes count, so that the figures are steady.
import type { MetricName } from '../core/db/metrics.ts';
import { forKinds, type Kind } from '../library/content.ts';
import type { Telemetry } from '../telemetry/parts.ts';

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

type Given = { telemetry: Pick<Telemetry, 'recent'>; now: () => Date };

/** The function reads the samples once a minute. */
export function createQueueRates({ telemetry, now }: Given): QueueRates {
  let read: { minute: number; rates: Record<Kind, KindRates> } | null = null;
  return () => {
    const minute = Math.floor(now().getTime() / 1000 / minuteSec);
    if (read?.minute !== minute)
      read = { minute, rates: forKinds((kind) => measure(readMinutes(telemetry, kind))) };
    return read.rates;
  };
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

function measure(minutes: Minute[]): KindRates {
  const newest = minutes.slice(-rateMinutes);
  return { inPerMin: rateIn(newest), outPerMin: rateOut(newest), meanWaitSec: meanWait(minutes) };
}

function rateOut(minutes: Minute[]): number | null {
  const known = minutes.filter((minute) => minute !== null);
  return known.length === 0 ? null : round(sumOut(known) / known.length);
}

/** What came in now waits, has left, or has failed. */
function rateIn(minutes: Minute[]): number | null {
  const from = minutes.findIndex((minute) => minute !== null);
  const until = minutes.findLastIndex((minute) => minute !== null);
  const [first, last] = [minutes[from], minutes[until]];
  if (!first || !last || until === from) return null;
  const left = sumOut(minutes.slice(from + 1).filter((minute) => minute !== null));
  const came = last.pending - first.pending + last.failed - first.failed + left;
  return round(Math.max(0, came) / (until - from));
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
