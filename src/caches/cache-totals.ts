// The sum of all caches for the hub, counted anew at intervals: a card must not change with every look at it.
import type { Kernel } from '../core/kernel.ts';
import { rateOf } from './read-caches.ts';

export type CacheTotals = { caches: number; bytes: number; reads: number; hitRate: number | null };

const everyMs = 15_000;

export function createCacheTotals({ caches, now }: Pick<Kernel, 'caches' | 'now'>) {
  let counted: { atMs: number; totals: CacheTotals } | null = null;
  return (): CacheTotals => {
    const atMs = now().getTime();
    if (counted && atMs >= counted.atMs && atMs - counted.atMs < everyMs) return counted.totals;
    counted = { atMs, totals: sumUp(caches) };
    return counted.totals;
  };
}

function sumUp(caches: Kernel['caches']): CacheTotals {
  const all = caches.all().map((cache) => cache.figures());
  const sum = (of: 'bytes' | 'hits' | 'misses') => all.reduce((total, figures) => total + figures[of], 0);
  const [hits, misses] = [sum('hits'), sum('misses')];
  return {
    caches: all.length,
    bytes: sum('bytes'),
    reads: hits + misses,
    hitRate: rateOf(hits, misses),
  };
}
