// Informs open pages and cards when the sums of costs have changed, or a new day has begun: workers write usage by themselves.
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { CostBook } from '../cost-store/cost-book.ts';
import { formatAmount } from '../cost-store/format-amount.ts';
import { describeMonth, formatShare } from './describe-costs.ts';

const everyMs = 30_000;

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & { costBook: CostBook };

export function createCostWatch({ bus, costBook, log, now }: Given) {
  let said: string | null = null;
  const loop = createLoop({
    everyMs,
    runOnce() {
      const { amount, share } = costBook.day();
      const day = [localDay(now()), formatAmount(amount, ''), share === null ? '' : formatShare(share)];
      const words = [...day, describeMonth({ costBook, now })].join(' ');
      if (said !== null && words !== said) bus.emit('costs');
      said = words;
    },
    onError: (error) => log.error({ err: error }, 'the sums of costs could not be read'),
  });
  return { start: () => void loop.start(), stop: loop.stop, runOnce: loop.runOnce };
}
