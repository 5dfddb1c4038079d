// Checks that the clock of this machine runs evenly: ages, retention and mutes depend on it.
import type { Check } from '../core/check.ts';
import { formatDuration } from '../core/format.ts';

const jumpMs = 300_000;
/** How long a jump is shown. */
const shownMs = 3_600_000;

type Clocks = { now: () => Date; steadyNow: () => number };

export const clockHead = { id: 'clock', component: 'settings', title: 'Clock' };

export function clockCheck({ now, steadyNow }: Clocks): Check {
  let offset = now().getTime() - steadyNow();
  let jump: { ms: number; at: number; seenAt: string } | null = null;

  return {
    ...clockHead,
    everySec: 30,
    look() {
      const current = now().getTime() - steadyNow();
      if (Math.abs(current - offset) > jumpMs)
        jump = { ms: current - offset, at: steadyNow(), seenAt: now().toISOString() };
      offset = current;
      if (jump === null || steadyNow() - jump.at > shownMs) return { says: 'It runs evenly.', found: [] };
      const direction = jump.ms > 0 ? 'forward' : 'back';
      return {
        says: 'It jumped.',
        found: [
          {
            subject: 'jump',
            severity: 'warning',
            title: 'The clock of this machine jumped',
            text: `It went ${direction} by ${formatDuration(Math.round(Math.abs(jump.ms) / 1000))}: it was set, or the machine slept. Ages and times around it may be wrong. This note ends after an hour.`,
            stops: [],
            since: jump.seenAt,
          },
        ],
      };
    },
  };
}
