// Closes days: their usage gets the prices of now for good. Closing a day twice changes nothing, and entered costs stay.
import { systemActor } from '../core/own-actors.ts';
import type { Config } from '../core/config.ts';
import { localDay } from '../core/format.ts';
import { amountOf, pricesOf } from '../cost-store/amounts.ts';
import { sumUsage } from '../cost-store/cost-lines.ts';
import type { CostRepository } from '../cost-store/cost-repository.ts';
import { dayBefore, keptDays } from '../cost-store/days.ts';
import type { UsageRepository } from '../cost-store/usage-repository.ts';

type Given = {
  config: Config;
  now: Date;
  usageRepository: Pick<UsageRepository, 'since'>;
  costRepository: Pick<CostRepository, 'close' | 'transaction'>;
  /** Throws when this attempt may no longer write. */
  assertFence: () => void;
};

/** `only`: this day alone; else all days before today. Gives the number of days that got lines, and of lines. */
export function closeDays(given: Given, only?: string): { days: number; lines: number } {
  const { config, now, usageRepository, costRepository, assertFence } = given;
  const [today, prices] = [localDay(now), pricesOf(config)];
  const isDue = ({ day }: { day: string }) => day < today && (only === undefined || day === only);
  const used = sumUsage(usageRepository.since(dayBefore(today, keptDays))).filter(isDue);
  const common = { is_manual: false, note: null, changed_at: now.toISOString(), changed_by: systemActor };
  return costRepository.transaction(() => {
    const closed = used.filter(({ item, ...usage }) => {
      const price = prices[item];
      const amount = amountOf(item, usage.quantity, price);
      const currency = price === null ? null : config.currency || null;
      return costRepository.close({ ...usage, ...common, item, unit_price: price, amount, currency });
    });
    assertFence();
    return { days: new Set(closed.map(({ day }) => day)).size, lines: closed.length };
  });
}
