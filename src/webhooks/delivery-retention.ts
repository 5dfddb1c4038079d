// Removes old deliveries that have ended, those beyond the kept number, and those whose webhook is gone: at start, once a day, and
// after many new ones.
import type { Config } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { DeliveryPruning } from './pruning-repository.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  config: Pick<Config, 'deliveryDays' | 'maxDeliveries'>;
  pruning: DeliveryPruning;
  webhookSecrets: { tidy(): void };
};

const dayMs = 86_400_000;
const batchRows = 200;
/** New deliveries after which it looks again. */
const growth = 500;

export function createDeliveryRetention({ bus, config, log, now, pruning, untilFree, ...given }: Given) {
  let added = 0;
  const loop = createLoop({
    everyMs: dayMs,
    /** Gives how many were removed. */
    async runOnce(isStopped) {
      added = 0;
      given.webhookSecrets.tidy();
      let total = 0;
      for (let removed = batchRows; removed > 0 && !isStopped(); total += removed) {
        removed = await untilFree(removeBatch);
        await new Promise(setImmediate);
      }
      if (total > 0) bus.emit('deliveries');
      return total;
    },
    onError: (error) =>
      log.error({ err: error }, 'old deliveries could not be removed; tried again tomorrow'),
  });

  return {
    start: () => void loop.start(),
    stop: loop.stop,
    runOnce: loop.runOnce,
    noteAdded(count: number) {
      added += count;
      if (added >= growth) void loop.runNow();
    },
  };

  function removeBatch(): number {
    const before = new Date(now().getTime() - config.deliveryDays * dayMs).toISOString();
    const old = pruning.removeOld(before, batchRows);
    if (old > 0) return old;
    const left = pruning.removeLeft(batchRows);
    if (left > 0) return left;
    const beyond = pruning.count() - config.maxDeliveries;
    return beyond > 0 ? pruning.removeOldest(Math.min(beyond, batchRows)) : 0;
  }
}
