// A budget of a day or a month, how much of it is used, and when it will be used up at this pace. Pure.
import { localDay } from '../core/format.ts';

/** The pace of less than an hour of a day, or a day of a month, says nothing. */
const minPassed = 1 / 24;

/** `share`: 0.8 at 80%; null without a budget or an amount. `pace_day`: the day on which the budget will be used up at the
 *  pace so far; null when that is after the span, or it is used up already. */
export type BudgetUse = {
  amount: number | null;
  budget: number | null;
  share: number | null;
  pace_day: string | null;
};

export function useOfBudget(
  amount: number | null,
  budget: number | null,
  { from, to, now }: { from: Date; to: Date; now: Date },
): BudgetUse {
  if (amount === null || budget === null) return { amount, budget, share: null, pace_day: null };
  const share = shareOf(amount, budget);
  const lengthMs = to.getTime() - from.getTime();
  const passedMs = Math.max(now.getTime() - from.getTime(), lengthMs * minPassed);
  const reachedAt = new Date(from.getTime() + passedMs / share);
  const isReached = share < 1 && reachedAt < to;
  return { amount, budget, share, pace_day: isReached ? localDay(reachedAt) : null };
}

/** Any amount uses up a budget of 0. */
function shareOf(amount: number, budget: number): number {
  if (budget > 0) return amount / budget;
  return amount > 0 ? 1 : 0;
}
