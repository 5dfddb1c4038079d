// Builds the objects of the feature from the kernel and the log store.
import type { Context, Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { logStore } from '../log-store/feature.ts';
import { createLatestDay } from './latest-day.ts';
import { createRequestCounter } from './request-counter.ts';
import { createRequestFigures } from './request-figures.ts';

export type RequestContext = Kernel & ReturnType<typeof createRequestParts>;

const flushEveryMs = 10_000;

export function createRequestParts(ctx: Context) {
  const { now } = ctx;
  const { logStore: store } = ctx.use(logStore);
  const counter = createRequestCounter({ logStore: store, now });
  const requestFigures = createRequestFigures({ logStore: store, counter, now });
  const flushing = createLoop({
    everyMs: flushEveryMs,
    runOnce: counter.flush,
    onError: (error) => ctx.log.error({ err: error }, 'requests could not be counted'),
  });
  return {
    requestCounter: counter,
    requestFigures,
    latestDay: createLatestDay({ requestFigures, now }),
    flushing,
  };
}
