// Prices and amounts. Without a price there is no amount: null, never 0. Pure.
import type { Config } from '../core/config.ts';
import type { UsageName } from './usage-item.ts';

/** The items of usage that can have a price, in the order in which they are shown. */
export const pricedItems = [
  'embedding_tokens',
  'job_cpu_sec',
  'server_cpu_sec',
  'disk_bytes',
] as const satisfies readonly UsageName[];
export type PricedItem = (typeof pricedItems)[number];

export type Prices = Record<PricedItem, number | null>;

type PriceConfig = Pick<Config, 'tokenPrice' | 'jobCpuPrice' | 'serverCpuPrice' | 'diskPrice'>;

export function pricesOf({ tokenPrice, jobCpuPrice, serverCpuPrice, diskPrice }: PriceConfig): Prices {
  return {
    embedding_tokens: tokenPrice,
    job_cpu_sec: jobCpuPrice,
    server_cpu_sec: serverCpuPrice,
    disk_bytes: diskPrice,
  };
}

/** How much of an item one price pays for: a million tokens, an hour, a GB over the 30 days of a month. */
const perPrice: Record<PricedItem, number> = {
  embedding_tokens: 1e6,
  job_cpu_sec: 3600,
  server_cpu_sec: 3600,
  disk_bytes: 1e9 * 30,
};

/** The amount of a day. */
export function amountOf(item: PricedItem, quantity: number, price: number | null): number | null {
  return price === null ? null : (quantity / perPrice[item]) * price;
}

/** Ten times 0.1 is 1, which is not so in binary fractions. */
const keptDigits = 9;

/** Null when none of them is known. */
export function sumOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  if (known.length === 0) return null;
  return Number(known.reduce((sum, amount) => sum + amount, 0).toFixed(keptDigits));
}

export function isPriced(item: string): item is PricedItem {
  return (pricedItems as readonly string[]).includes(item);
}
