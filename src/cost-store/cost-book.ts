// Reads costs: the lines of days, the sums of this day and month beside their budgets, and estimates beforehand.
import type { Config } from '../core/config.ts';
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { amountOf, type Prices, pricesOf, sumOf } from './amounts.ts';
import { type BudgetUse, useOfBudget } from './budget.ts';
import { type CostLine, costLines } from './cost-lines.ts';
import type { CostRepository } from './cost-repository.ts';
import { dayBefore, monthOf, startOf } from './days.ts';
import type { UsageRepository } from './usage-repository.ts';

type Given = Pick<Kernel, 'now'> & {
  config: Config;
  usageRepository: Pick<UsageRepository, 'since'>;
  costRepository: Pick<CostRepository, 'since'>;
};

/** `left_out`: amounts in other currencies, which are in no sum. */
export type Spent = BudgetUse & { left_out: LeftOut[] };
export type LeftOut = { currency: string; amount: number };

export type CostBook = ReturnType<typeof createCostBook>;

/** Each reading asks ops.db, because workers write usage, too. */
export function createCostBook({ config, now, usageRepository, costRepository }: Given) {
  const prices = (): Prices => pricesOf(config);
  const today = () => localDay(now());

  return {
    /** The lines of the last days, today included, oldest first. */
    days: (count: number) => linesSince(dayBefore(today(), count - 1)),

    /** Null when nothing was used or entered there. */
    find: (day: string, item: string): CostLine | null =>
      linesSince(day).find((line) => line.day === day && line.item === item) ?? null,

    day: (): BudgetUse => spent('day'),
    month: (): BudgetUse => spent('month'),
    spent,

    /** The cost of embedding, beforehand; null without a price. */
    estimate: (tokens: number) => amountOf('embedding_tokens', tokens, config.tokenPrice),

    /** The sum of lines; those in another currency than the present one are left out. */
    sum,
    prices,
    /** Empty when amounts have none. */
    currency: () => config.currency,
  };

  function spent(span: 'day' | 'month'): Spent {
    const day = today();
    const { from, to } = span === 'month' ? monthOf(day) : { from: day, to: dayBefore(day, -1) };
    return useOf(linesSince(from), span === 'month' ? config.monthBudget : config.dayBudget, from, to);
  }

  function linesSince(day: string): CostLine[] {
    const [usage, stored] = [usageRepository.since(day), costRepository.since(day)];
    return costLines({ usage, stored, prices: prices(), currency: config.currency, today: today() });
  }

  function sum(lines: readonly CostLine[]): number | null {
    return sumOf(lines.filter((line) => currencyOf(line) === config.currency).map(({ amount }) => amount));
  }

  function leftOutOf(lines: readonly CostLine[]): LeftOut[] {
    const others = lines.filter((line) => line.amount !== null && currencyOf(line) !== config.currency);
    return [...new Set(others.map(currencyOf))].sort().map((currency) => {
      const amounts = others.filter((line) => currencyOf(line) === currency).map(({ amount }) => amount);
      return { currency, amount: sumOf(amounts) ?? 0 };
    });
  }

  /** An amount without a currency counts as one in the present currency. */
  function currencyOf({ currency }: CostLine): string {
    return currency ?? config.currency;
  }

  function useOf(lines: readonly CostLine[], budget: number | null, from: string, to: string): Spent {
    const within = lines.filter(({ day }) => day < to);
    const span = { from: startOf(from), to: startOf(to), now: now() };
    return { ...useOfBudget(sum(within), budget, span), left_out: leftOutOf(within) };
  }
}
