// The strip of an objective: a bar a day, its height the share of the day's allowance that was used, and below it marks of the
// days on which the server was started or had a new version.
import type { History } from '../history.ts';
import type { Day } from '../standing.ts';

const slot = 9;
const barWidth = 7;
const stripHeight = 24;
const markHeight = 5;
/** A day within its allowance stays visible. */
const minHeight = 3;

export type Tone = 'ok' | 'warn' | 'bad' | 'none';

export function drawStrip(days: readonly Day[], { starts }: Pick<History, 'starts'>) {
  return {
    width: days.length * slot - (slot - barWidth),
    height: stripHeight + markHeight,
    bars: days.map(({ used }, at) => {
      const height =
        used === null ? stripHeight : round(Math.max(minHeight, Math.min(1, used) * stripHeight));
      return { tone: toneOf(used), x: at * slot, y: round(stripHeight - height), width: barWidth, height };
    }),
    marks: days.flatMap(({ date }, at) => {
      const next = days[at + 1]?.date;
      const ofDay = starts.filter((start) => start.at >= date && (!next || start.at < next));
      if (ofDay.length === 0) return [];
      const isNew = ofDay.some(({ version }) => version !== null);
      return [
        { kind: isNew ? 'version' : 'start', x: at * slot, y: stripHeight + 2, width: barWidth, height: 3 },
      ];
    }),
  };
}

export function toneOf(used: number | null): Tone {
  if (used === null) return 'none';
  if (used > 1 + 1e-9) return 'bad';
  return used > 0.5 ? 'warn' : 'ok';
}

const round = (value: number) => Math.round(value * 100) / 100;
