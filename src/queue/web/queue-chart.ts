// The chart of the embedding queue over the last hour, for `queue/queue-chart`, with its text alternative.
import { formatNumber } from '../../core/format.ts';
import type { Telemetry } from '../../telemetry/parts.ts';
import { type Curve, curve, type Values } from '../../web/sparkline.ts';
import { clockOf } from '../../web/template-globals.ts';

type QueueChart = { curve: Curve; tone: string; peak: number; label: string };

const steps = 21;
const stepSec = 180;

/** `pending`: the current number, at which the curve ends. Null without a history, and when the queue was empty. */
export function queueChart(
  telemetry: Telemetry,
  pending: number,
  tone: string,
  now: Date,
): QueueChart | null {
  const values = [...telemetry.recent('queue_pending', steps, stepSec, 'max').slice(0, -1), pending];
  const drawn = curve(values, { width: 360, height: 56, right: 0 });
  const peak = Math.max(...values.filter((value) => value !== null));
  if (!drawn || peak === 0) return null;
  return { curve: drawn, tone, peak, label: describe(values, peak, now) };
}

/** "Pending entries over the last 60 minutes: from 1,010 to 2,085 at 13:26, now 1,284 and falling." */
function describe(values: Values, peak: number, now: Date): string {
  const known = values.filter((value) => value !== null);
  const [first, before, last] = [known[0], known.at(-2), known.at(-1)] as [number, number, number];
  const trend = last === before ? 'steady' : last < before ? 'falling' : 'rising';
  const path = known.every((value) => value === last)
    ? `${formatNumber(last)} throughout`
    : `from ${formatNumber(first)}${peak > Math.max(first, last) ? ` to ${formatNumber(peak)} at ${timeOf(values.indexOf(peak), now)}` : ''}, now ${formatNumber(last)} and ${trend}`;
  const gap = values.includes(null) ? ' Some samples are missing.' : '';
  return `Pending entries over the last 60 minutes: ${path}.${gap}`;
}

function timeOf(step: number, now: Date): string {
  const present = Math.floor(now.getTime() / 1000 / stepSec);
  return clockOf(new Date((present - (steps - 1 - step)) * stepSec * 1000)).slice(0, 'HH:MM'.length);
}
