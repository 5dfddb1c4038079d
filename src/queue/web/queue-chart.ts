// The chart of the embedding queue over the last hour, for `shared/chart`, with its text alternative.
import { formatNumber } from '../../core/format.ts';
import type { Telemetry } from '../../telemetry/parts.ts';
import { type Chart, curveChart } from '../../web/chart.ts';
import type { Values } from '../../web/sparkline.ts';
import { clockOf } from '../../web/template-globals.ts';

const steps = 21;
const stepSec = 180;

/** `pending`: the current number, at which the curve ends. Null without a history, and when the queue was empty. */
export function queueChart(telemetry: Telemetry, pending: number, tone: string, now: Date): Chart | null {
  const values = [...telemetry.recent('queue_pending', steps, stepSec, 'max').slice(0, -1), pending];
  const peak = Math.max(...values.filter((value) => value !== null));
  if (values.filter((value) => value !== null).length < 2 || peak === 0) return null;
  const label = describe(values, peak, now);
  const axes = ['60 min ago', '30 min ago', `Now ${formatNumber(pending)}`];
  return curveChart(values, tone, {
    label,
    steps: axes,
    format: formatNumber,
    starts: telemetry.starts(steps, stepSec),
  });
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
