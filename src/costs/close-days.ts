// Closes days: their usage gets the prices of now for good. Closing a day again adds the usage that was written later, at the price
// that the day has. Entered costs stay.
import { systemActor } from '../core/own-actors.ts';
import type { Config } from '../core/config.ts';
import { localDay } from '../core/format.ts';
import { amountOf, pricesOf } from '../cost-store/amounts.ts';
import { sumUsage } from '../cost-store/cost-lines.ts';
import type { CostRepository, CostRow } from '../cost-store/cost-repository.ts';
import { firstKeptDay } from '../cost-store/days.ts';
import type { UsageRepository } from '../cost-store/usage-repository.ts';

type Given = {
  config: Config;
  now: Date;
  usageRepository: Pick<UsageRepository, 'since'>;
  costRepository: Pick<CostRepository, 'findClosed' | 'put' | 'transaction'>;
  /** Throws when this attempt may no longer write. */
  assertFence: () => void;
};

/** `only`: this day alone; else all days before today. Gives the number of days that got lines, and of lines. */
export function closeDays(given: Given, only?: string): { days: number; lines: number } {
  const { config, now, usageRepository, costRepository, assertFence } = given;
  const [today, prices] = [localDay(now), pricesOf(config)];
  const isDue = ({ day }: { day: string }) => day < today && (only === undefined || day === only);
  const used = sumUsage(usageRepository.since(firstKeptDay(today))).filter(isDue);
  const common = { is_manual: false, note: null, changed_at: now.toISOString(), changed_by: systemActor };
  return costRepository.transaction(() => {
    const closed = used.filter((usage) => {
      const { day, item, quantity } = usage;
      const before = costRepository.findClosed(day, item);
      const kept = before && !isTooEarly(before) ? before : null;
      if (kept && quantity <= (kept.quantity ?? 0)) return false;
      const price = kept ? kept.unit_price : prices[item];
      const currency = price === null ? null : kept ? kept.currency : config.currency || null;
      const amount = amountOf(item, quantity, price);
      costRepository.put({ ...usage, ...common, unit_price: price, amount, currency });
      return true;
    });
    assertFence();
    return { days: new Set(closed.map(({ day }) => day)).size, lines: closed.length };
  });
}

/** It was closed before its end, by a clock or in a time zone of its own. */
const isTooEarly = ({ day, changed_at }: CostRow) => localDay(new Date(changed_at)) <= day;
