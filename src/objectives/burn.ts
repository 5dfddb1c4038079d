// How fast the allowance of an objective is used: the rules of the workbook on site reliability, with a minimum of bad events.
// A pace counts only if it holds both in the long span and in the short one at its end.
import type { ObjectiveValue } from '../objective-store/objective.ts';
import { daySec, hourSec, minuteSec, type Tally } from './tally.ts';

type Rule = { severity: Burn['severity']; share: number; longSec: number; shortSec: number };

/** `share`: of the allowance of the window, used in the long span. */
const rules: Rule[] = [
  { severity: 'error', share: 0.02, longSec: hourSec, shortSec: 5 * minuteSec },
  { severity: 'error', share: 0.05, longSec: 6 * hourSec, shortSec: 30 * minuteSec },
  { severity: 'warning', share: 0.1, longSec: 3 * daySec, shortSec: 6 * hourSec },
];

const minBadEvents = 10;
/** A pace is a quotient of fractions. */
const rounding = 1e-9;

/** `used_up_in_sec`: for the allowance of a whole window at this pace. */
export type Burn = { severity: 'error' | 'warning'; used_up_in_sec: number };

/** Null for a pace that is sustainable, or that few events say nothing about. */
export function findBurn(
  { target, window_days }: Pick<ObjectiveValue, 'target' | 'window_days'>,
  sumOf: (lengthSec: number) => Tally,
): Burn | null {
  const windowSec = window_days * daySec;
  const paceOf = ({ good, total }: Tally) => (total === 0 ? 0 : (total - good) / total / (1 - target));
  for (const { severity, share, longSec, shortSec } of rules) {
    const long = sumOf(longSec);
    if (long.total - long.good < minBadEvents) continue;
    const factor = (share * windowSec) / longSec;
    const pace = paceOf(long);
    if (pace < factor - rounding || paceOf(sumOf(shortSec)) < factor - rounding) continue;
    return { severity, used_up_in_sec: Math.round(windowSec / pace) };
  }
  return null;
}
